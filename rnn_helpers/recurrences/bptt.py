"""Backpropagation through time, derived by hand: the backward pass of each recurrence.

No autograd inside. Every function takes plain arrays, NumPy's or torch's, and returns plain
arrays. `trace_*` runs the recurrence over a sequence and keeps what the backward pass needs;
`backward_*` takes that trace and the gradient of the loss with respect to every output.

All backward passes have one shape. With L the loss, a_t the pre-activations of step t and
da_t = ∂L/∂a_t, dh_t = ∂L/∂h_t (through all paths), the chain rule gives

    dh_{t−1} = ∂L/∂output_{t−1} + da_t W_hhᵀ + (what the cell passes on directly)
    dW_hh = Σ_t h_{t−1}ᵀ da_t,   dW_xh = Σ_t x_tᵀ da_t,   db = Σ_t da_t,   dx_t = da_t W_xhᵀ.

Only the first line must wait for its successor. So the local derivatives of all steps are
computed at once before the loop, the loop runs from the last step to the first with one product
and a few element-wise operations, and the other four are one product each, over all T · B rows,
after it. The gates of all steps lie one block behind the other, (T, gates, B, H), for whole
blocks are read and written faster than columns.

`truncate=k` cuts the first line at every k-th step, as if the state had been detached there: the
forward values stay as they are, the gradient forgets.

Source: Werbos (1990), Backpropagation through time: what it does and how to do it, Proceedings
of the IEEE 78. The derivatives are our own; the tests hold them to autograd and to differences.
"""

import sys
from types import SimpleNamespace

import numpy as np
from array_api_compat import array_namespace, device, is_array_api_obj

from rnn_helpers.recurrences.cells import check_step_arrays, sigmoid
from rnn_helpers.validation import check_choice, check_integer


def trace_rnn(xs, h0, W_xh, W_hh, b_h, *, nonlinearity="tanh"):
    """Run h_t = φ(x_t W_xh + h_{t−1} W_hh + b_h) and keep what `backward_rnn` needs.

    Parameters
    ----------
    xs : array (T, B, D)
    h0 : array (B, H)
    W_xh, W_hh, b_h : arrays (D, H), (H, H), (H,)
    nonlinearity : {"tanh", "relu"}

    Returns
    -------
    trace : namespace
        `hs` (T+1, B, H) with `hs[0] = h0`, and the arguments.

    Raises
    ------
    TypeError, ValueError
        Arrays of unlike kind or precision; shapes that do not fit, no step; an unknown
        nonlinearity.
    """
    check_choice("nonlinearity", nonlinearity, ("tanh", "relu"))
    _check_sequence(xs, {"h0": h0}, W_xh, W_hh, {"b_h": b_h})
    xp, T, (B, H) = _plain_namespace(h0), len(xs), h0.shape
    hs = _empty(h0, (T + 1, B, H))
    hs[0] = h0
    _project(xs, W_xh, b_h, out=hs[1:])
    add = _adder(W_hh)
    for h_before, row, h in zip(_rows(hs[:-1]), _rows(hs[1:]), hs[1:], strict=True):
        add(row, h_before, out=row)
        if nonlinearity == "tanh":
            xp.tanh(h, out=h)
        else:
            h *= h > 0
    return SimpleNamespace(xs=xs, hs=hs, W_xh=W_xh, W_hh=W_hh, nonlinearity=nonlinearity)


def backward_rnn(trace, douts, *, dh_T=None, truncate=None, inputs=True):
    """The gradients of a plain RNN: da_t = dh_t ⊙ φ′(a_t), dh₋₁ = ∂L/∂output₋₁ + da_t W_hhᵀ.

    φ′(a_t) needs no a_t: it is 1 − h_t² for tanh, and 1 where h_t > 0 for ReLU.

    Parameters
    ----------
    trace : namespace from `trace_rnn`
    douts : array (T, B, H)
        ∂L/∂h_t at every output.
    dh_T : array (B, H), optional
        What the loss asks of the last state besides.
    truncate : int, optional
        Cut the gradient at every k-th step.
    inputs : bool
        Whether to compute "xs", which costs a product.

    Returns
    -------
    gradients : dict
        "xs", "h0", "W_xh", "W_hh", "b_h", each in the shape of what it is named after; of the
        sum over steps and batch, as ∂L is.

    Raises
    ------
    TypeError, ValueError
        `truncate` is not a positive whole number; gradients of another shape, kind or precision.
    """
    out = trace.hs[1:]
    _check_arriving(trace, douts=douts, dh_T=dh_T)
    da = 1 - out**2 if trace.nonlinearity == "tanh" else _where_positive(out)
    dh, before = _start(dh_T, douts[-1], add=douts[-1]), _before(douts)
    add, dh_row = _adder(trace.W_hh.T), _in_torch(dh)
    steps = zip(
        map(_in_torch, before), before, da, _rows(da), _cuts(truncate, len(douts)), strict=True
    )
    for dout_row, dout, da_t, row, cut in reversed(list(steps)):
        da_t *= dh
        if cut:
            dh[...] = dout
        else:
            add(dout_row, row, out=dh_row)
    return {"h0": dh, **_weight_gradients(trace, da, inputs)}


def trace_lstm(xs, h0, c0, W_xh, W_hh, b_h, *, peepholes=None):
    """Run the LSTM of `cells.lstm_step` over a sequence and keep what `backward_lstm` needs.

    Parameters
    ----------
    xs : array (T, B, D)
    h0, c0 : array (B, H)
    W_xh, W_hh, b_h : arrays (D, 4H), (H, 4H), (4H,)
        Gates i, f, g, o.
    peepholes : array (3, H), optional
        Rows i, f, o.

    Returns
    -------
    trace : namespace
        `hs`, `cs` (T+1, B, H), `gates` (T, 4, B, H) after their activations, and the arguments.

    Raises
    ------
    TypeError, ValueError
        Arrays of unlike kind or precision; shapes that do not fit, no step.
    """
    others = {} if peepholes is None else {"peepholes": (peepholes, 3)}
    _check_sequence(xs, {"h0": h0, "c0": c0}, W_xh, W_hh, {"b_h": b_h}, blocks=4, others=others)
    xp, T, (B, H) = _plain_namespace(h0), len(xs), h0.shape
    hs, cs = _empty(h0, (T + 1, B, H)), _empty(h0, (T + 1, B, H))
    gates, a, taken = (_empty(h0, s) for s in ((T, 4, B, H), (B, 4 * H), (B, H)))
    hs[0], cs[0] = h0, c0
    add, squash, a_row = _adder(W_hh), _sigmoid_into(), _in_torch(a)
    a = xp.moveaxis(a.reshape(B, 4, H), 1, 0)
    a_gates, a_g, a_o = _in_torch(a), a[2], _in_torch(a[3])
    tanh, multiply = xp.tanh, xp.multiply
    projected = _project(xs, W_xh, b_h)
    blocks = (gates[:, k] for k in range(4))
    steps = zip(
        _rows(projected), _rows(hs[:-1]), _rows(gates), *blocks, cs[:-1], cs[1:], hs[1:],
        strict=True,
    )  # fmt: skip
    for from_x, h_row, opened, i, f, g, o, c_before, c, h in steps:
        add(from_x, h_row, out=a_row)
        if peepholes is not None:
            a[0] += peepholes[0] * c_before
            a[1] += peepholes[1] * c_before
        squash(a_gates, out=opened)
        tanh(a_g, out=g)
        multiply(f, c_before, out=c)
        multiply(i, g, out=taken)
        c += taken
        if peepholes is not None:
            a[3] += peepholes[2] * c
            squash(a_o, out=_in_torch(o))
        tanh(c, out=taken)
        multiply(o, taken, out=h)
    return SimpleNamespace(
        xs=xs, hs=hs, cs=cs, gates=gates,
        W_xh=W_xh, W_hh=W_hh, peepholes=peepholes,
    )  # fmt: skip


def backward_lstm(trace, douts, *, dh_T=None, dc_T=None, truncate=None, inputs=True):
    """The gradients of an LSTM, for the state has two parts that pass a gradient back.

    With p the peepholes (0 without them), from the last equation of the cell to the first:

    da_o = dh ⊙ tanh(c) ⊙ o (1 − o)
    dc  += dh ⊙ o ⊙ (1 − tanh²(c)) + p_o ⊙ da_o
    da_i = dc ⊙ g ⊙ i (1 − i),   da_f = dc ⊙ c₋₁ ⊙ f (1 − f),   da_g = dc ⊙ i ⊙ (1 − g²)
    dc₋₁ = dc ⊙ f + p_i ⊙ da_i + p_f ⊙ da_f
    dh₋₁ = ∂L/∂output₋₁ + da W_hhᵀ
    dp_i = Σ_t da_i ⊙ c₋₁,   dp_f = Σ_t da_f ⊙ c₋₁,   dp_o = Σ_t da_o ⊙ c

    Parameters
    ----------
    trace : namespace from `trace_lstm`
    douts : array (T, B, H)
        ∂L/∂h_t at every output.
    dh_T, dc_T : array (B, H), optional
        What the loss asks of the last states besides.
    truncate : int, optional
        Cut the gradient, of h and of c, at every k-th step.
    inputs : bool
        Whether to compute "xs", which costs a product.

    Returns
    -------
    gradients : dict
        "xs", "h0", "c0", "W_xh", "W_hh", "b_h", and "peepholes" where there are any.

    Raises
    ------
    TypeError, ValueError
        `truncate` is not a positive whole number; gradients of another shape, kind or precision.
    """
    _check_arriving(trace, douts=douts, dh_T=dh_T, dc_T=dc_T)
    xp, (T, B, H) = _plain_namespace(douts), douts.shape
    p, cs = trace.peepholes, trace.cs
    i, f, g, o = (trace.gates[:, k] for k in range(4))
    local, through, tanh_cs = _empty(douts, (T, 4, B, H)), _empty(douts, (T, B, H)), xp.tanh(cs[1:])
    _times_sigmoid_slope(g, i, out=local[:, 0])
    _times_sigmoid_slope(cs[:-1], f, out=local[:, 1])
    _times_tanh_slope(i, g, out=local[:, 2])
    _times_sigmoid_slope(tanh_cs, o, out=local[:, 3])
    _times_tanh_slope(o, tanh_cs, out=through)
    da = _empty(douts, (T, B, 4 * H))
    blocks = xp.moveaxis(da.reshape(T, B, 4, H), 2, 1)
    dh, before = _start(dh_T, douts[-1], add=douts[-1]), _before(douts)
    dc = _start(dc_T, douts[-1])
    add, dh_row = _adder(trace.W_hh.T), _in_torch(dh)
    steps = zip(
        map(_in_torch, before), before, _rows(da), blocks[:, :3], blocks[:, 3], local[:, :3],
        local[:, 3], through, f, _cuts(truncate, T), strict=True,
    )  # fmt: skip
    for dout_row, dout, row, da_ifg, da_o, local_ifg, local_o, through_t, f_t, cut in reversed(
        list(steps)
    ):
        xp.multiply(local_o, dh, out=da_o)
        through_t *= dh
        dc += through_t
        if p is not None:
            dc += p[2] * da_o
        xp.multiply(local_ifg, dc, out=da_ifg)
        dc *= f_t
        if p is not None:
            dc += p[0] * da_ifg[0] + p[1] * da_ifg[1]
        if cut:
            dh[...], dc[...] = dout, 0
        else:
            add(dout_row, row, out=dh_row)
    gradients = {"h0": dh, "c0": dc, **_weight_gradients(trace, da, inputs)}
    if p is not None:
        pairs = ((0, cs[:-1]), (1, cs[:-1]), (3, cs[1:]))
        gradients["peepholes"] = xp.stack([(blocks[:, k] * c).sum((0, 1)) for k, c in pairs])
    return gradients


def trace_gru(xs, h0, W_xh, W_hh, b_xh, b_hh, *, reset="after", update="keeps"):
    """Run the GRU of `cells.gru_step` over a sequence and keep what `backward_gru` needs.

    Parameters
    ----------
    xs : array (T, B, D)
    h0 : array (B, H)
    W_xh, W_hh, b_xh, b_hh : arrays (D, 3H), (H, 3H), (3H,), (3H,)
        Gates r, z, n.
    reset : {"after", "before"}
    update : {"keeps", "takes"}

    Returns
    -------
    trace : namespace
        `hs` (T+1, B, H), `gates` r, z, n (T, 3, B, H) after their activations, `pasts` (T, B, H):
        h₋₁ W_hn + b_hn for reset "after", r ⊙ h₋₁ for "before"; and the arguments.

    Raises
    ------
    TypeError, ValueError
        Arrays of unlike kind or precision; shapes that do not fit, no step; an unknown
        `reset` or `update`.
    """
    check_choice("reset", reset, ("after", "before"))
    check_choice("update", update, ("keeps", "takes"))
    _check_sequence(xs, {"h0": h0}, W_xh, W_hh, {"b_xh": b_xh, "b_hh": b_hh}, blocks=3)
    xp, T, (B, H) = _plain_namespace(h0), len(xs), h0.shape
    hs, pasts = _empty(h0, (T + 1, B, H)), _empty(h0, (T, B, H))
    gates, spare = _empty(h0, (T, 3, B, H)), _empty(h0, (B, H))
    hs[0] = h0
    projected = _project(xs, W_xh, b_xh)
    candidates = _empty(h0, (T, B, H))  # x W_xn + b_xn, a copy even where T = B = 1
    candidates[...] = projected[:, :, 2 * H :]
    if reset == "after":  # one product for all of h₋₁ W_hh + b_hh, with x's part of the gates
        projected[:, :, 2 * H :] = 0
        projected += b_hh
        add = _adder(W_hh)
    else:
        projected = _contiguous(projected[:, :, : 2 * H])
        projected += b_hh[: 2 * H]
        candidates += b_hh[2 * H :]
        add, add_candidate = _adder(W_hh[:, : 2 * H]), _adder(W_hh[:, 2 * H :])
    a = _empty(h0, projected.shape[1:])
    squash, a_row = _sigmoid_into(), _in_torch(a)
    a = xp.moveaxis(a.reshape(B, a.shape[1] // H, H), 1, 0)
    a_rz, a_q = _in_torch(a[:2]), a[-1]
    steps = zip(
        _rows(projected), _rows(candidates), candidates, hs[:-1], _rows(hs[:-1]),
        _rows(gates[:, :2]), gates[:, 0], gates[:, 1], gates[:, 2], _rows(gates[:, 2]),
        pasts, _rows(pasts), hs[1:], strict=True,
    )  # fmt: skip
    for x_rz, x_n_row, x_n, h_before, h_row, rz, r, z, n, n_row, past, past_row, h in steps:
        add(x_rz, h_row, out=a_row)
        squash(a_rz, out=rz)
        if reset == "after":
            past[...] = a_q
            xp.multiply(r, past, out=n)
            n += x_n
        else:
            xp.multiply(r, h_before, out=past)
            add_candidate(x_n_row, past_row, out=n_row)
        xp.tanh(n, out=n)
        _mix(xp, z, h_before, n, update, spare=spare, out=h)
    return SimpleNamespace(
        xs=xs, hs=hs, gates=gates, pasts=pasts, W_xh=W_xh, W_hh=W_hh, reset=reset, update=update
    )


def backward_gru(trace, douts, *, dh_T=None, truncate=None, inputs=True):
    """The gradients of a GRU; keep = z, or 1 − z where z takes.

    With q = h₋₁ W_hn + b_hn and a_n = x W_xn + b_xn + r ⊙ q (reset "after"):

    da_n = dh ⊙ (1 − keep) ⊙ (1 − n²),   da_z = ±dh ⊙ (h₋₁ − n) ⊙ z (1 − z), − where z takes
    dq   = da_n ⊙ r,   da_r = da_n ⊙ q ⊙ r (1 − r)
    dh₋₁ = ∂L/∂output₋₁ + dh ⊙ keep + [da_r, da_z, dq] W_hhᵀ

    With reset "before", a_n = x W_xn + b_xn + s W_hn + b_hn for s = r ⊙ h₋₁:

    ds   = da_n W_hnᵀ,   da_r = ds ⊙ h₋₁ ⊙ r (1 − r)
    dh₋₁ = ∂L/∂output₋₁ + dh ⊙ keep + ds ⊙ r + [da_r, da_z] [W_hr, W_hz]ᵀ

    So the two sides of the candidate differ: W_xn and b_xn get da_n, W_hn and b_hn get dq
    (reset "after"), and for "before" dW_hn = Σ_t s_tᵀ da_n.

    Parameters
    ----------
    trace : namespace from `trace_gru`
    douts : array (T, B, H)
    dh_T : array (B, H), optional
    truncate : int, optional
    inputs : bool

    Returns
    -------
    gradients : dict
        "xs", "h0", "W_xh", "W_hh", "b_xh", "b_hh".

    Raises
    ------
    TypeError, ValueError
        `truncate` is not a positive whole number; gradients of another shape, kind or precision.
    """
    _check_arriving(trace, douts=douts, dh_T=dh_T)
    xp, (T, B, H) = _plain_namespace(douts), douts.shape
    h, W_hh, after = trace.hs[:-1], trace.W_hh, trace.reset == "after"
    r, z, n = (trace.gates[:, k] for k in range(3))
    keep, dz = (z, h - n) if trace.update == "keeps" else (1 - z, n - h)
    da_n, local = _empty(douts, (T, B, H)), _empty(douts, (T, 3, B, H))
    _times_tanh_slope(1 - keep, n, out=da_n)
    _times_sigmoid_slope(da_n * trace.pasts if after else h, r, out=local[:, 0])
    _times_sigmoid_slope(dz, z, out=local[:, 1])
    local[:, 2] = da_n * r if after else 0
    da = _empty(douts, (T, B, 3 * H))  # what reaches W_hh: a_r, a_z and q, or a_n
    blocks = xp.moveaxis(da.reshape(T, B, 3, H), 2, 1)
    dh, before = _start(dh_T, douts[-1], add=douts[-1]), _before(douts)
    ds, nothing = _start(None, dh), _in_torch(_start(None, dh))
    dh_row, ds_row = _in_torch(dh), _in_torch(ds)
    width = (3 if after else 2) * H
    add = _adder(W_hh[:, :width].T)
    add_candidate = _adder(W_hh[:, 2 * H :].T)
    steps = zip(
        before, _rows(da[:, :, :width]), blocks, local, da_n, _rows(da_n), keep, r,
        _cuts(truncate, T), strict=True,
    )  # fmt: skip
    for dout, row, da_t, local_t, da_nt, da_n_row, keep_t, r_t, cut in reversed(list(steps)):
        da_nt *= dh
        if after:
            xp.multiply(local_t, dh, out=da_t)
            dh *= keep_t
        else:
            add_candidate(nothing, da_n_row, out=ds_row)
            xp.multiply(local_t[0], ds, out=da_t[0])
            xp.multiply(local_t[1], dh, out=da_t[1])
            dh *= keep_t
            ds *= r_t
            dh += ds
        if cut:
            dh[...] = dout
        else:
            dh += dout
            add(dh_row, row, out=dh_row)
    if not after:
        blocks[:, 2] = da_n
    rows = da.reshape(T * B, 3 * H)
    dW_hh = _product(rows.T, h.reshape(T * B, H)).T
    db_hh = rows.sum(0)
    if not after:
        dW_hh[:, 2 * H :] = _product(trace.pasts.reshape(T * B, H).T, da_n.reshape(T * B, H))
    blocks[:, 2] = da_n  # what reaches the input's side
    gradients = _input_gradients(trace, da, inputs)
    db_xh = gradients.pop("b")
    return {"h0": dh, **gradients, "W_hh": dW_hh, "b_xh": db_xh, "b_hh": db_hh}


def trace_simplified_gru(xs, h0, W_xh, W_hh, b_h, *, update="keeps"):
    """Run the GRU of `cells.simplified_gru_step` and keep what its backward pass needs.

    Parameters
    ----------
    xs : array (T, B, D)
    h0 : array (B, H)
    W_xh, W_hh, b_h : arrays (D, 2H), (H, 2H), (2H,)
        Blocks z, n.
    update : {"keeps", "takes"}

    Returns
    -------
    trace : namespace
        `hs` (T+1, B, H), `gates` z, n (T, 2, B, H) after their activations, and the arguments.

    Raises
    ------
    TypeError, ValueError
        Arrays of unlike kind or precision; shapes that do not fit, no step. An unknown `update`.
    """
    check_choice("update", update, ("keeps", "takes"))
    _check_sequence(xs, {"h0": h0}, W_xh, W_hh, {"b_h": b_h}, blocks=2)
    xp, T, (B, H) = _plain_namespace(h0), len(xs), h0.shape
    hs, gates = _empty(h0, (T + 1, B, H)), _empty(h0, (T, 2, B, H))
    a, spare = _empty(h0, (B, 2 * H)), _empty(h0, (B, H))
    hs[0] = h0
    add, squash, a_row = _adder(W_hh), _sigmoid_into(), _in_torch(a)
    a = xp.moveaxis(a.reshape(B, 2, H), 1, 0)
    a_z = _in_torch(a[0])
    projected = _project(xs, W_xh, b_h)
    steps = zip(
        _rows(projected), _rows(gates[:, 0]), gates[:, 0], gates[:, 1], hs[:-1], _rows(hs[:-1]),
        hs[1:], strict=True,
    )  # fmt: skip
    for from_x, z_row, z, n, h_before, h_row, h in steps:
        add(from_x, h_row, out=a_row)
        squash(a_z, out=z_row)
        xp.tanh(a[1], out=n)
        _mix(xp, z, h_before, n, update, spare=spare, out=h)
    return SimpleNamespace(xs=xs, hs=hs, gates=gates, W_xh=W_xh, W_hh=W_hh, update=update)


def backward_simplified_gru(trace, douts, *, dh_T=None, truncate=None, inputs=True):
    """The gradients of the simplified GRU; keep = z, or 1 − z where z takes.

    da_n = dh ⊙ (1 − keep) ⊙ (1 − n²),   da_z = ±dh ⊙ (h₋₁ − n) ⊙ z (1 − z), − where z takes
    dh₋₁ = ∂L/∂output₋₁ + dh ⊙ keep + [da_z, da_n] W_hhᵀ

    Parameters
    ----------
    trace : namespace from `trace_simplified_gru`
    douts : array (T, B, H)
    dh_T : array (B, H), optional
    truncate : int, optional
    inputs : bool

    Returns
    -------
    gradients : dict
        "xs", "h0", "W_xh", "W_hh", "b_h".

    Raises
    ------
    TypeError, ValueError
        `truncate` is not a positive whole number; gradients of another shape, kind or precision.
    """
    _check_arriving(trace, douts=douts, dh_T=dh_T)
    xp, (T, B, H) = _plain_namespace(douts), douts.shape
    h, z, n = trace.hs[:-1], trace.gates[:, 0], trace.gates[:, 1]
    keep, dz = (z, h - n) if trace.update == "keeps" else (1 - z, n - h)
    local, da = _empty(douts, (T, 2, B, H)), _empty(douts, (T, B, 2 * H))
    _times_sigmoid_slope(dz, z, out=local[:, 0])
    _times_tanh_slope(1 - keep, n, out=local[:, 1])
    blocks = xp.moveaxis(da.reshape(T, B, 2, H), 2, 1)
    dh, before = _start(dh_T, douts[-1], add=douts[-1]), _before(douts)
    add, dh_row = _adder(trace.W_hh.T), _in_torch(dh)
    steps = zip(before, blocks, local, _rows(da), keep, _cuts(truncate, T), strict=True)
    for dout, da_t, local_t, row, keep_t, cut in reversed(list(steps)):
        xp.multiply(local_t, dh, out=da_t)
        dh *= keep_t
        if cut:
            dh[...] = dout
        else:
            dh += dout
            add(dh_row, row, out=dh_row)
    return {"h0": dh, **_weight_gradients(trace, da, inputs)}


def _plain_namespace(array):
    """NumPy or torch themselves: both know `out=`, which the Array API does not."""
    return np if isinstance(array, np.ndarray) else sys.modules["torch"]


def _empty(like, shape):
    return array_namespace(like).empty(shape, dtype=like.dtype, device=device(like))


def _contiguous(array):
    return np.ascontiguousarray(array) if isinstance(array, np.ndarray) else array.contiguous()


def _where_positive(array):
    return array_namespace(array).astype(array > 0, array.dtype)


def _in_torch(array):
    """The array as a tensor on the same memory where torch is there to multiply it, else as it is.

    NumPy's small element-wise operations are faster than torch's. Products go to torch all the
    same, because two libraries with threads of their own would wait for each other.
    """
    torch = sys.modules.get("torch")
    return array if torch is None else torch.as_tensor(array)


def _rows(array):
    """The array step by step, as `_adder`'s function takes it."""
    array = _in_torch(array)
    return array if isinstance(array, np.ndarray) else array.unbind(0)


def _adder(matrix):
    """A function that writes `base + row @ matrix` into `out`, which may be `base` itself."""
    matrix = _in_torch(_contiguous(matrix))
    if isinstance(matrix, np.ndarray):
        return lambda base, row, *, out: _add_product(base, row, matrix, out=out)
    addmm = sys.modules["torch"].addmm
    return lambda base, row, *, out: addmm(base, row, matrix, out=out)


def _add_product(base, a, b, *, out):
    if isinstance(b, np.ndarray):
        np.add(base, a @ b, out=out)
    else:
        sys.modules["torch"].addmm(base, a, b, out=out)


def _product(a, b):
    """A @ b, in the library that `a` and `b` belong to."""
    product = _in_torch(a) @ _in_torch(b)
    return product if type(product) is type(a) else product.numpy()


def _sigmoid_into():
    """A function that writes σ(a) into `out`, both as `_in_torch` gives them."""
    torch = sys.modules.get("torch")
    return _sigmoid_into_array if torch is None else torch.sigmoid


def _sigmoid_into_array(a, *, out):
    out[...] = sigmoid(a)


def _times_sigmoid_slope(x, y, *, out):
    """X σ′(a) for y = σ(a): x y (1 − y), in one pass where torch is there to make it."""
    torch = sys.modules.get("torch")
    if torch is None:
        out[...] = x * y * (1 - y)
    else:
        x, y, out = (torch.as_tensor(array) for array in (x, y, out))
        torch.ops.aten.sigmoid_backward.grad_input(x, y, grad_input=out)


def _times_tanh_slope(x, y, *, out):
    """X tanh′(a) for y = tanh(a): x (1 − y²), in one pass where torch is there to make it."""
    torch = sys.modules.get("torch")
    if torch is None:
        out[...] = x * (1 - y**2)
    else:
        x, y, out = (torch.as_tensor(array) for array in (x, y, out))
        torch.ops.aten.tanh_backward.grad_input(x, y, grad_input=out)


def _project(xs, W_xh, b, *, out=None):
    """x_t W_xh + b for all steps in one product: (T, B, D) to (T, B, ·)."""
    T, B, D = xs.shape
    K = W_xh.shape[1]
    out = _empty(xs, (T, B, K)) if out is None else out
    b, rows, W_xh, into = (
        _in_torch(a) for a in (b, xs.reshape(T * B, D), W_xh, out.reshape(T * B, K))
    )
    _add_product(b, rows, W_xh, out=into)
    return out


def _mix(xp, z, h, n, update, *, spare, out):
    """Z h + (1 − z) n if z keeps, z n + (1 − z) h if it takes, written with one product."""
    old, new = (h, n) if update == "keeps" else (n, h)
    xp.subtract(old, new, out=spare)
    spare *= z
    xp.add(new, spare, out=out)


def _start(gradient, like, *, add=0):
    """The gradient that enters at the last step, in an array of its own."""
    start = _empty(like, like.shape)
    start[...] = add
    if gradient is not None:
        start += gradient
    return start


def _before(douts):
    """∂L/∂output₋₁ for every step; nothing is asked of the state before the first."""
    return [_start(None, douts[0]), *douts[:-1]]


def _check_sequence(xs, states, W_xh, W_hh, biases, **options):
    """Shapes as one tick's, and one kind, place and precision of numbers for all."""
    if not is_array_api_obj(xs):
        raise TypeError(f"xs must be an array or a tensor, got {type(xs).__name__}")
    if xs.ndim != 3 or xs.shape[0] == 0:
        raise ValueError(
            f"xs must have shape (T, B, D) with at least one step, got {tuple(xs.shape)}"
        )
    check_step_arrays(xs[0], states, W_xh, W_hh, biases, **options)
    others = {name: array for name, (array, _) in options.get("others", {}).items()}
    _check_alike("xs", xs, {**states, "W_xh": W_xh, "W_hh": W_hh, **biases, **others})


def _check_arriving(trace, *, douts, **last):
    """The gradients that arrive must have the shapes of what they are the gradients of."""
    shape = tuple(trace.hs[1:].shape)
    arriving = {"douts": douts} | {name: d for name, d in last.items() if d is not None}
    for name, gradient in arriving.items():
        if not is_array_api_obj(gradient):
            raise TypeError(f"{name} must be an array or a tensor, got {type(gradient).__name__}")
        wanted = shape if name == "douts" else shape[1:]
        if tuple(gradient.shape) != wanted:
            raise ValueError(f"{name} must have shape {wanted}, got {tuple(gradient.shape)}")
    _check_alike("the trace", trace.hs, arriving)


def _check_alike(name, like, others):
    for other, array in others.items():
        if type(array) is not type(like) and not isinstance(array, type(like)):
            pair = type(array).__name__, type(like).__name__
        elif array.dtype != like.dtype:
            pair = str(array.dtype), str(like.dtype)
        elif device(array) != device(like):
            pair = str(device(array)), str(device(like))
        else:
            continue
        raise TypeError(f"{other} is {pair[0]} and {name} is {pair[1]}: convert one of them first")


def _cuts(truncate, T):
    """For each step t, whether the gradient is cut on its way from t to t − 1."""
    if truncate is None:
        return [False] * T
    check_integer("truncate", truncate, minimum=1)
    return [t > 0 and t % truncate == 0 for t in range(T)]


def _input_gradients(trace, da, inputs):
    T, B, D = trace.xs.shape
    rows = da.reshape(T * B, da.shape[2])
    gradients = {
        # transposed twice, so that torch's layout of the weights is the one that lies in memory
        "W_xh": _product(rows.T, trace.xs.reshape(T * B, D)).T,
        "b": rows.sum(0),
    }
    if inputs:
        gradients["xs"] = _product(rows, trace.W_xh.T).reshape(T, B, D)
    return gradients


def _weight_gradients(trace, da, inputs):
    T, B, H = trace.hs[1:].shape
    gradients = _input_gradients(trace, da, inputs)
    rows = da.reshape(T * B, da.shape[2])
    gradients["W_hh"] = _product(rows.T, trace.hs[:-1].reshape(T * B, H)).T
    gradients["b_h"] = gradients.pop("b")
    return gradients
