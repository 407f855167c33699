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
after it.

`truncate=k` cuts the first line at every k-th step, as if the state had been detached there: the
forward values stay as they are, the gradient forgets.

Source: Werbos (1990), Backpropagation through time: what it does and how to do it, Proceedings
of the IEEE 78. The derivatives are our own; the tests hold them to autograd and to differences.
"""

import sys
from types import SimpleNamespace

import numpy as np
from array_api_compat import array_namespace, device

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
    ValueError
        An unknown nonlinearity.
    """
    check_choice("nonlinearity", nonlinearity, ("tanh", "relu"))
    xp = _plain_namespace(h0)
    T, (B, H) = len(xs), h0.shape
    hs, past = _empty(h0, (T + 1, B, H)), _empty(h0, (B, H))
    hs[0] = h0
    _project(xs, W_xh, b_h, out=hs[1:])
    multiply = _multiplier(W_hh, out=past)
    for h, a in zip(_rows(hs[:-1]), hs[1:], strict=True):
        multiply(h)
        a += past
        if nonlinearity == "tanh":
            xp.tanh(a, out=a)
        else:
            a *= a > 0
    return SimpleNamespace(xs=xs, hs=hs, W_xh=W_xh, W_hh=W_hh, nonlinearity=nonlinearity)


def backward_rnn(trace, douts, *, dh_T=None, truncate=None):
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

    Returns
    -------
    gradients : dict
        "xs", "h0", "W_xh", "W_hh", "b_h", each in the shape of what it is named after; of the
        sum over steps and batch, as ∂L is.

    Raises
    ------
    TypeError, ValueError
        `truncate` is not a positive whole number.
    """
    T, out = len(douts), trace.hs[1:]
    da = 1 - out**2 if trace.nonlinearity == "tanh" else _where_positive(out)
    dh = _start(dh_T, douts[0])
    multiply = _multiplier(trace.W_hh.T, out=dh)
    steps = zip(douts, da, _rows(da), _cuts(truncate, T), strict=True)
    for dout, da_t, row, cut in reversed(list(steps)):
        dh += dout
        da_t *= dh
        multiply(row)
        if cut:
            dh[...] = 0
    return {"h0": dh, **_weight_gradients(trace, da)}


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
        `hs`, `cs` (T+1, B, H), `gates` (T, B, 4H) after their activations, `tanh_cs` (T, B, H),
        and the arguments.
    """
    xp, T, (B, H) = _plain_namespace(h0), len(xs), h0.shape
    hs, cs, tanh_cs = (_empty(h0, (steps, B, H)) for steps in (T + 1, T + 1, T))
    gates, past, taken = (_empty(h0, s) for s in ((T, B, 4 * H), (B, 4 * H), (B, H)))
    hs[0], cs[0] = h0, c0
    scale, shift = _squashing(h0, "sigmoid sigmoid tanh sigmoid", H)
    _project(xs, W_xh * scale, b_h * scale, out=gates)
    multiply = _multiplier(W_hh * scale, out=past)
    half_peepholes = None if peepholes is None else peepholes / 2
    scale, shift = _rows_of(scale, B), _rows_of(shift, B)
    blocks = (gates[:, :, k * H : (k + 1) * H] for k in range(4))
    steps = zip(gates, *blocks, _rows(hs[:-1]), cs[:-1], cs[1:], tanh_cs, hs[1:], strict=True)
    for a, i, f, g, o, h_before, c_before, c, tanh_c, h in steps:
        multiply(h_before)
        a += past
        if peepholes is None:
            _squash(xp, a, scale, shift)
        else:
            i += half_peepholes[0] * c_before
            f += half_peepholes[1] * c_before
            _squash(xp, a[:, : 3 * H], scale[:, : 3 * H], shift[:, : 3 * H])
        xp.multiply(f, c_before, out=c)
        xp.multiply(i, g, out=taken)
        c += taken
        if peepholes is not None:
            o += half_peepholes[2] * c
            _squash(xp, o, scale[:, 3 * H :], shift[:, 3 * H :])
        xp.tanh(c, out=tanh_c)
        xp.multiply(o, tanh_c, out=h)
    return SimpleNamespace(
        xs=xs, hs=hs, cs=cs, gates=gates, tanh_cs=tanh_cs,
        W_xh=W_xh, W_hh=W_hh, peepholes=peepholes,
    )  # fmt: skip


def backward_lstm(trace, douts, *, dh_T=None, dc_T=None, truncate=None):
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

    Returns
    -------
    gradients : dict
        "xs", "h0", "c0", "W_xh", "W_hh", "b_h", and "peepholes" where there are any.

    Raises
    ------
    TypeError, ValueError
        `truncate` is not a positive whole number.
    """
    xp, (T, B, H) = _plain_namespace(douts), douts.shape
    p, cs = trace.peepholes, trace.cs
    i, f, g, o = (trace.gates[:, :, k * H : (k + 1) * H] for k in range(4))
    da = _empty(douts, (T, B, 4 * H))  # first the local derivatives, then the gradients
    da_i, da_f, da_g, da_o = (da[:, :, k * H : (k + 1) * H] for k in range(4))
    _times_sigmoid_slope(g, i, out=da_i)
    _times_sigmoid_slope(cs[:-1], f, out=da_f)
    _times_tanh_slope(i, g, out=da_g)
    _times_sigmoid_slope(trace.tanh_cs, o, out=da_o)
    through = _empty(douts, (T, B, H))
    _times_tanh_slope(o, trace.tanh_cs, out=through)
    by_cell = da.reshape(T, B, 4, H)[:, :, :3]  # a view: what dc multiplies
    dh, dc = _start(dh_T, douts[0]), _start(dc_T, douts[0])
    multiply = _multiplier(trace.W_hh.T, out=dh)
    dc_row = dc[:, None]
    steps = zip(
        douts, _rows(da), da_i, da_f, da_o, by_cell, through, f, _cuts(truncate, T), strict=True
    )
    for dout, row, da_it, da_ft, da_ot, by_cell_t, through_t, f_t, cut in reversed(list(steps)):
        dh += dout
        da_ot *= dh
        through_t *= dh
        dc += through_t
        if p is not None:
            dc += p[2] * da_ot
        by_cell_t *= dc_row
        dc *= f_t
        if p is not None:
            dc += p[0] * da_it + p[1] * da_ft
        multiply(row)
        if cut:
            dh[...], dc[...] = 0, 0
    gradients = {"h0": dh, "c0": dc, **_weight_gradients(trace, da)}
    if p is not None:
        pairs = ((da_i, cs[:-1]), (da_f, cs[:-1]), (da_o, cs[1:]))
        gradients["peepholes"] = xp.stack([(d * c).sum((0, 1)) for d, c in pairs])
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
        `hs` (T+1, B, H), `gates` r, z, n (T, B, 3H) after their activations, `pasts` (T, B, H):
        h₋₁ W_hn + b_hn for reset "after", r ⊙ h₋₁ for "before"; and the arguments.

    Raises
    ------
    ValueError
        An unknown `reset` or `update`.
    """
    check_choice("reset", reset, ("after", "before"))
    check_choice("update", update, ("keeps", "takes"))
    xp, T, (B, H) = _plain_namespace(h0), len(xs), h0.shape
    hs, pasts = _empty(h0, (T + 1, B, H)), _empty(h0, (T, B, H))
    gates, past, past_gates, mixed = (
        _empty(h0, s) for s in ((T, B, 3 * H), (B, 3 * H), (B, 2 * H), (B, H))
    )
    hs[0] = h0
    scale, shift = _squashing(h0, "sigmoid sigmoid tanh", H)
    b_hn, only_gates = b_hh[2 * H :], scale < 1  # b_hr and b_hz go with the input's biases
    _project(xs, W_xh * scale, (b_xh + b_hh * only_gates) * scale, out=gates)
    W_scaled = W_hh * scale
    multiply = _multiplier(W_scaled, out=past)
    multiply_gates = _multiplier(W_scaled[:, : 2 * H], out=past_gates)
    multiply_candidate = _multiplier(W_scaled[:, 2 * H :], out=mixed)
    scale, shift = _rows_of(scale[: 2 * H], B), _rows_of(shift[: 2 * H], B)
    blocks = gates[:, :, : 2 * H], gates[:, :, :H], gates[:, :, H : 2 * H], gates[:, :, 2 * H :]
    steps = zip(*blocks, hs[:-1], _rows(hs[:-1]), pasts, _rows(pasts), hs[1:], strict=True)
    for rz, r, z, n, h, h_row, kept, kept_row, h_next in steps:
        if reset == "after":
            multiply(h_row)
            rz += past[:, : 2 * H]
            _squash(xp, rz, scale, shift)
            xp.add(past[:, 2 * H :], b_hn, out=kept)
            xp.multiply(r, kept, out=mixed)
        else:
            multiply_gates(h_row)
            rz += past_gates
            _squash(xp, rz, scale, shift)
            xp.multiply(r, h, out=kept)
            multiply_candidate(kept_row)
            mixed += b_hn
        n += mixed
        xp.tanh(n, out=n)
        _mix(xp, z, h, n, update, spare=mixed, out=h_next)
    return SimpleNamespace(
        xs=xs, hs=hs, gates=gates, pasts=pasts, W_xh=W_xh, W_hh=W_hh, reset=reset, update=update
    )


def backward_gru(trace, douts, *, dh_T=None, truncate=None):
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

    Returns
    -------
    gradients : dict
        "xs", "h0", "W_xh", "W_hh", "b_xh", "b_hh".

    Raises
    ------
    TypeError, ValueError
        `truncate` is not a positive whole number.
    """
    T, B, H = douts.shape
    h, W_hh, after = trace.hs[:-1], trace.W_hh, trace.reset == "after"
    r, z, n = (trace.gates[:, :, k * H : (k + 1) * H] for k in range(3))
    keep, dz = (z, h - n) if trace.update == "keeps" else (1 - z, n - h)
    da_n = _empty(douts, (T, B, H))
    _times_tanh_slope(1 - keep, n, out=da_n)
    da = _empty(douts, (T, B, 3 * H))  # what reaches W_hh: a_r, a_z and q, or a_n
    blocks = da.reshape(T, B, 3, H)
    da_r, da_z, dq = (blocks[:, :, k] for k in range(3))
    _times_sigmoid_slope(dz, z, out=da_z)
    if after:
        dq[...] = da_n * r
        _times_sigmoid_slope(da_n * trace.pasts, r, out=da_r)
    else:
        _times_sigmoid_slope(h, r, out=da_r)
    dh, past, ds = _start(dh_T, douts[0]), _empty(douts, (B, H)), _empty(douts, (B, H))
    width = (3 if after else 2) * H
    multiply = _multiplier(W_hh[:, :width].T, out=past)
    multiply_candidate = _multiplier(W_hh[:, 2 * H :].T, out=ds)
    keep, dh_row = _contiguous(keep), dh[:, None]
    steps = zip(
        douts, _rows(da[:, :, :width]), blocks, da_r, da_z, da_n, _rows(da_n), keep, r,
        _cuts(truncate, T), strict=True,
    )  # fmt: skip
    for dout, row, blocks_t, da_rt, da_zt, da_nt, da_n_row, keep_t, r_t, cut in reversed(
        list(steps)
    ):
        dh += dout
        da_nt *= dh
        if after:
            blocks_t *= dh_row
        else:
            da_zt *= dh
            multiply_candidate(da_n_row)
            da_rt *= ds
        multiply(row)
        dh *= keep_t
        if not after:
            dh += ds * r_t
        dh += past
        if cut:
            dh[...] = 0
    if not after:
        dq[...] = da_n
    rows = da.reshape(T * B, 3 * H)
    dW_hh = _product(h.reshape(T * B, H).T, rows)
    db_hh = rows.sum(0)
    if not after:
        dW_hh[:, 2 * H :] = _product(trace.pasts.reshape(T * B, H).T, da_n.reshape(T * B, H))
    dq[...] = da_n  # what reaches the input's side
    gradients = _input_gradients(trace, da)
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
        `hs` (T+1, B, H), `gates` z, n (T, B, 2H) after their activations, and the arguments.

    Raises
    ------
    ValueError
        An unknown `update`.
    """
    check_choice("update", update, ("keeps", "takes"))
    xp, T, (B, H) = _plain_namespace(h0), len(xs), h0.shape
    hs, gates = _empty(h0, (T + 1, B, H)), _empty(h0, (T, B, 2 * H))
    past, spare = _empty(h0, (B, 2 * H)), _empty(h0, (B, H))
    hs[0] = h0
    scale, shift = _squashing(h0, "sigmoid tanh", H)
    _project(xs, W_xh * scale, b_h * scale, out=gates)
    multiply = _multiplier(W_hh * scale, out=past)
    for a, h, h_row, h_next in zip(gates, hs[:-1], _rows(hs[:-1]), hs[1:], strict=True):
        multiply(h_row)
        a += past
        _squash(xp, a, scale, shift)
        _mix(xp, a[:, :H], h, a[:, H:], update, spare=spare, out=h_next)
    return SimpleNamespace(xs=xs, hs=hs, gates=gates, W_xh=W_xh, W_hh=W_hh, update=update)


def backward_simplified_gru(trace, douts, *, dh_T=None, truncate=None):
    """The gradients of the simplified GRU; keep = z, or 1 − z where z takes.

    da_n = dh ⊙ (1 − keep) ⊙ (1 − n²),   da_z = ±dh ⊙ (h₋₁ − n) ⊙ z (1 − z), − where z takes
    dh₋₁ = ∂L/∂output₋₁ + dh ⊙ keep + [da_z, da_n] W_hhᵀ

    Parameters
    ----------
    trace : namespace from `trace_simplified_gru`
    douts : array (T, B, H)
    dh_T : array (B, H), optional
    truncate : int, optional

    Returns
    -------
    gradients : dict
        "xs", "h0", "W_xh", "W_hh", "b_h".

    Raises
    ------
    TypeError, ValueError
        `truncate` is not a positive whole number.
    """
    T, B, H = douts.shape
    h, z, n = trace.hs[:-1], trace.gates[:, :, :H], trace.gates[:, :, H:]
    keep, dz = (z, h - n) if trace.update == "keeps" else (1 - z, n - h)
    da = _empty(douts, (T, B, 2 * H))
    blocks = da.reshape(T, B, 2, H)
    blocks[:, :, 0] = dz * z * (1 - z)
    blocks[:, :, 1] = (1 - keep) * (1 - n**2)
    dh, past = _start(dh_T, douts[0]), _empty(douts, (B, H))
    multiply = _multiplier(trace.W_hh.T, out=past)
    steps = zip(douts, blocks, _rows(da), keep, _cuts(truncate, T), strict=True)
    for dout, blocks_t, row, keep_t, cut in reversed(list(steps)):
        dh += dout
        blocks_t *= dh[:, None]
        multiply(row)
        dh *= keep_t
        dh += past
        if cut:
            dh[...] = 0
    return {"h0": dh, **_weight_gradients(trace, da)}


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
    """The array step by step, as `_multiplier`'s function takes it."""
    array = _in_torch(array)
    return array if isinstance(array, np.ndarray) else array.unbind(0)


def _multiplier(matrix, *, out):
    """A function that writes `row @ matrix` into `out`."""
    matrix, out = _in_torch(_contiguous(matrix)), _in_torch(out)
    multiply = _plain_namespace(out).matmul
    return lambda row: multiply(row, matrix, out=out)


def _product(a, b):
    """a @ b, in the library that `a` and `b` belong to."""
    product = _in_torch(a) @ _in_torch(b)
    return product if type(product) is type(a) else product.numpy()


def _times_sigmoid_slope(x, y, *, out):
    """x σ′(a) for y = σ(a): x y (1 − y), in one pass where torch is there to make it."""
    torch = sys.modules.get("torch")
    if torch is None:
        out[...] = x * y * (1 - y)
    else:
        x, y, out = (torch.as_tensor(array) for array in (x, y, out))
        torch.ops.aten.sigmoid_backward.grad_input(x, y, grad_input=out)


def _times_tanh_slope(x, y, *, out):
    """x tanh′(a) for y = tanh(a): x (1 − y²), in one pass where torch is there to make it."""
    torch = sys.modules.get("torch")
    if torch is None:
        out[...] = x * (1 - y**2)
    else:
        x, y, out = (torch.as_tensor(array) for array in (x, y, out))
        torch.ops.aten.tanh_backward.grad_input(x, y, grad_input=out)


def _project(xs, W_xh, b, *, out):
    """x_t W_xh + b for all steps in one product."""
    T, B, D = xs.shape
    rows = out.reshape(T * B, -1)
    _multiplier(W_xh, out=rows)(_in_torch(xs.reshape(T * B, D)))
    rows += b


def _squashing(like, activations, H):
    """Scale and shift with which one tanh serves every block: σ(a) = tanh(a/2) / 2 + 1/2.

    The halves inside go into the weights once, so the loop has one tanh, a product and a sum.
    """
    xp = array_namespace(like)
    ones = xp.ones(H, dtype=like.dtype, device=device(like))
    scale = xp.concat([ones * (0.5 if name == "sigmoid" else 1.0) for name in activations.split()])
    return scale, 1 - scale


def _rows_of(row, B):
    """The row B times over, in memory of its own: faster to multiply with than a broadcast."""
    rows = _empty(row, (B, len(row)))
    rows[...] = row
    return rows


def _squash(xp, a, scale, shift):
    """σ or tanh in place, of pre-activations that are already multiplied by `scale`."""
    xp.tanh(a, out=a)
    a *= scale
    a += shift


def _mix(xp, z, h, n, update, *, spare, out):
    """z h + (1 − z) n if z keeps, z n + (1 − z) h if it takes, written with one product."""
    old, new = (h, n) if update == "keeps" else (n, h)
    xp.subtract(old, new, out=spare)
    spare *= z
    xp.add(new, spare, out=out)


def _start(gradient, like):
    """The gradient that enters at the last step, in an array of its own."""
    start = _empty(like, like.shape)
    start[...] = 0 if gradient is None else gradient
    return start


def _cuts(truncate, T):
    """For each step t, whether the gradient is cut on its way from t to t − 1."""
    if truncate is None:
        return [False] * T
    check_integer("truncate", truncate, minimum=1)
    return [t > 0 and t % truncate == 0 for t in range(T)]


def _input_gradients(trace, da):
    T, B, D = trace.xs.shape
    rows = da.reshape(T * B, -1)
    return {
        "xs": _product(rows, trace.W_xh.T).reshape(T, B, D),
        "W_xh": _product(trace.xs.reshape(T * B, D).T, rows),
        "b": rows.sum(0),
    }


def _weight_gradients(trace, da):
    T, B, H = trace.hs[1:].shape
    gradients = _input_gradients(trace, da)
    gradients["W_hh"] = _product(trace.hs[:-1].reshape(T * B, H).T, da.reshape(T * B, -1))
    gradients["b_h"] = gradients.pop("b")
    return gradients
