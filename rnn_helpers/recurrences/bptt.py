"""Backpropagation through time, derived by hand: the backward pass of each recurrence.

No autograd inside. Every function takes plain arrays, NumPy's or torch's, and returns plain
arrays. `trace_*` runs the recurrence over a sequence and keeps what the backward pass needs,
the arrays that it was given among it: leave those as they are until then. `backward_*` takes
that trace and `douts` (T, B, H), the gradient of the loss with respect to every output, with what
the loss asks of the last states besides, `dh_T` (B, H) and for the LSTM `dc_T`. It returns a dict:
the gradients by the names of `trace_*`'s arguments.

`xs` is (T, B, D), an initial state (B, H); for the k gates of a cell, side by side, `W_xh` is
(D, kH), `W_hh` (H, kH), and a bias (kH,). `hs` and `cs` of a trace are (T+1, B, H), the initial
state first; `gates` are (T, k, B, H), after their activations.

All backward passes have one shape. With L the loss, a_t the pre-activations of step t and
da_t = ∂L/∂a_t, dh_t = ∂L/∂h_t (through all paths), the chain rule gives

    dh_{t−1} = ∂L/∂output_{t−1} + da_t W_hhᵀ + (what the cell passes on directly)
    dW_hh = Σ_t h_{t−1}ᵀ da_t,   dW_xh = Σ_t x_tᵀ da_t,   db = Σ_t da_t,   dx_t = da_t W_xhᵀ.

Only the first line must wait for its successor. So every gate's slope is computed for all steps
at once before the loop; the loop runs from the last step to the first with one product and a few
element-wise operations; and the other four are one product each, over all T · B rows, after it.
The gates of all steps lie one block behind the other, for whole blocks are read and written
faster than columns.

`truncate=k` cuts the first line at every k-th step, as if the state had been detached there: the
forward values stay as they are, the gradient forgets. `inputs=False` leaves out dx, a product.

Source: Werbos (1990), Backpropagation through time: what it does and how to do it, Proceedings
of the IEEE 78. The derivatives are our own; the tests hold them to autograd and to differences.
"""

from types import SimpleNamespace

from rnn_helpers.recurrences import kernels
from rnn_helpers.recurrences.kernels import (
    copy_of,
    get_namespace,
    in_torch,
    make_empty,
    rows,
    take_gradients,
    take_sequence,
    times_rectifier_slope,
    times_sigmoid_slope,
    times_tanh_slope,
)
from rnn_helpers.types import Array
from rnn_helpers.validation import check_choice


def trace_rnn(
    xs: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, *, nonlinearity: str = "tanh"
) -> SimpleNamespace:
    """Run h_t = φ(x_t W_xh + h_{t−1} W_hh + b_h) and keep what `backward_rnn` needs."""
    check_choice("nonlinearity", nonlinearity, ("tanh", "relu"))
    xs, h0, W_xh, W_hh, b_h = take_sequence(xs, {"h0": h0}, W_xh, W_hh, {"b_h": b_h})
    tanh, T, (B, H) = get_namespace(h0).tanh, len(xs), h0.shape
    hs = make_empty((T + 1, B, H), like=h0)
    hs[0] = h0
    kernels.project(xs, W_xh, b_h, out=hs[1:])
    add, h_rows = kernels.make_adder(W_hh), rows(hs)
    for t, h in enumerate(hs[1:]):
        add(h_rows[t + 1], h_rows[t], out=h_rows[t + 1])
        if nonlinearity == "tanh":
            tanh(h, out=h)
        else:
            kernels.rectify(h)
    return SimpleNamespace(xs=xs, hs=hs, W_xh=W_xh, W_hh=W_hh, nonlinearity=nonlinearity)


def backward_rnn(
    trace: SimpleNamespace, douts: Array, *, dh_T: Array | None = None,
    truncate: int | None = None, inputs: bool = True,
) -> dict[str, Array]:  # fmt: skip
    """The gradients of a plain RNN: da_t = dh_t ⊙ φ′(a_t), dh₋₁ = ∂L/∂output₋₁ + da_t W_hhᵀ.

    φ′(a_t) needs no a_t: it is 1 − h_t² for tanh, and 1 where h_t > 0 for ReLU.
    """
    douts, dh_T = take_gradients(trace.hs, douts=douts, dh_T=dh_T)
    hs, tanh = trace.hs[1:], trace.nonlinearity == "tanh"
    back = _Backwards(trace, douts, dh_T, truncate)
    dh, da, on = back.dh, 1 - hs**2 if tanh else make_empty(hs.shape, like=hs), hs > 0
    back.through(da)
    for t, da_t, on_t in back.steps(da, on):
        if tanh:
            da_t *= dh  # da = dh ⊙ (1 − h²)
        else:
            times_rectifier_slope(dh, on_t, out=da_t)  # da = dh where h > 0, else 0
        back.to_the_step_before(t)
    return {"h0": dh, **_weight_gradients(trace, da, inputs)}


def trace_lstm(
    xs: Array, h0: Array, c0: Array, W_xh: Array, W_hh: Array, b_h: Array,
    *, peepholes: Array | None = None,
) -> SimpleNamespace:  # fmt: skip
    """Run the LSTM of `cells.lstm_step` over a sequence and keep what `backward_lstm` needs.

    Gates i, f, g, o; `peepholes` (3, H), rows i, f, o.
    """
    others = {} if peepholes is None else {"peepholes": (peepholes, 3)}
    xs, h0, c0, W_xh, W_hh, b_h, *taken = take_sequence(
        xs, {"h0": h0, "c0": c0}, W_xh, W_hh, {"b_h": b_h}, blocks=4, others=others
    )
    p = taken[0] if taken else None
    xp, T, (B, H) = get_namespace(h0), len(xs), h0.shape
    hs, cs = make_empty((T + 1, B, H), like=h0), make_empty((T + 1, B, H), like=h0)
    gates, spare = make_empty((T, 4, B, H), like=h0), make_empty((B, H), like=h0)
    hs[0], cs[0] = h0, c0
    a = make_empty((B, 4 * H), like=h0)
    a_row, a_blocks = in_torch(a), xp.moveaxis(a.reshape(B, 4, H), 1, 0)
    a_i, a_f, a_g, a_o = a_blocks
    all_blocks, o_block = in_torch(a_blocks), in_torch(a_o)
    add, squash = kernels.make_adder(W_hh), kernels.get_sigmoid()
    x_rows, h_rows, gate_rows = rows(kernels.project(xs, W_xh, b_h)), rows(hs), rows(gates)
    steps = zip(*(gates[:, k] for k in range(4)), cs[:-1], cs[1:], hs[1:], strict=True)
    for t, (i, f, g, o, c_before, c, h) in enumerate(steps):
        add(x_rows[t], h_rows[t], out=a_row)
        if p is not None:
            a_i += p[0] * c_before
            a_f += p[1] * c_before
        squash(all_blocks, out=gate_rows[t])
        xp.tanh(a_g, out=g)
        xp.multiply(f, c_before, out=c)
        xp.multiply(i, g, out=spare)
        c += spare  # c = f ⊙ c₋₁ + i ⊙ g
        if p is not None:
            a_o += p[2] * c
            squash(o_block, out=in_torch(o))
        xp.tanh(c, out=spare)
        xp.multiply(o, spare, out=h)  # h = o ⊙ tanh(c)
    return SimpleNamespace(xs=xs, hs=hs, cs=cs, gates=gates, W_xh=W_xh, W_hh=W_hh, peepholes=p)


def backward_lstm(
    trace: SimpleNamespace, douts: Array, *, dh_T: Array | None = None, dc_T: Array | None = None,
    truncate: int | None = None, inputs: bool = True,
) -> dict[str, Array]:  # fmt: skip
    """The gradients of an LSTM, for the state has two parts that pass a gradient back.

    With p the peepholes (0 without them), from the last equation of the cell to the first:

    da_o = dh ⊙ tanh(c) ⊙ o (1 − o)
    dc  += dh ⊙ o ⊙ (1 − tanh²(c)) + p_o ⊙ da_o
    da_i = dc ⊙ g ⊙ i (1 − i),   da_f = dc ⊙ c₋₁ ⊙ f (1 − f),   da_g = dc ⊙ i ⊙ (1 − g²)
    dc₋₁ = dc ⊙ f + p_i ⊙ da_i + p_f ⊙ da_f
    dh₋₁ = ∂L/∂output₋₁ + da W_hhᵀ
    dp_i = Σ_t da_i ⊙ c₋₁,   dp_f = Σ_t da_f ⊙ c₋₁,   dp_o = Σ_t da_o ⊙ c
    """
    douts, dh_T, dc_T = take_gradients(trace.hs, douts=douts, dh_T=dh_T, dc_T=dc_T)
    xp, (T, B, H), p = get_namespace(douts), douts.shape, trace.peepholes
    i, f, g, o = (trace.gates[:, k] for k in range(4))
    c_before, c, tanh_c = trace.cs[:-1], trace.cs[1:], xp.tanh(trace.cs[1:])
    slopes, h_by_c = make_empty((T, 4, B, H), like=douts), make_empty((T, B, H), like=douts)
    c_by_i, c_by_f, c_by_g, h_by_o = (slopes[:, k] for k in range(4))
    times_sigmoid_slope(g, i, out=c_by_i)  # ∂c/∂a_i = g ⊙ i (1 − i)
    times_sigmoid_slope(c_before, f, out=c_by_f)  # ∂c/∂a_f = c₋₁ ⊙ f (1 − f)
    times_tanh_slope(i, g, out=c_by_g)  # ∂c/∂a_g = i ⊙ (1 − g²)
    times_sigmoid_slope(tanh_c, o, out=h_by_o)  # ∂h/∂a_o = tanh(c) ⊙ o (1 − o)
    times_tanh_slope(o, tanh_c, out=h_by_c)  # ∂h/∂c = o ⊙ (1 − tanh²(c))
    da = make_empty((T, B, 4 * H), like=douts)
    da_blocks = xp.moveaxis(da.reshape(T, B, 4, H), 2, 1)
    da_ifg, da_o = da_blocks[:, :3], da_blocks[:, 3]
    back = _Backwards(trace, douts, dh_T, truncate)
    dh, dc = back.dh, copy_of(0 if dc_T is None else dc_T, like=douts[-1])
    back.through(da)
    for t, c_by_ifg_t, h_by_o_t, h_by_c_t, f_t, da_ifg_t, da_o_t in back.steps(
        slopes[:, :3], h_by_o, h_by_c, f, da_ifg, da_o
    ):
        xp.multiply(dh, h_by_o_t, out=da_o_t)  # da_o = dh ⊙ ∂h/∂a_o
        h_by_c_t *= dh
        dc += h_by_c_t  # dc += dh ⊙ ∂h/∂c
        if p is not None:
            dc += p[2] * da_o_t
        xp.multiply(dc, c_by_ifg_t, out=da_ifg_t)  # da_i = dc ⊙ ∂c/∂a_i, and so da_f, da_g
        dc *= f_t  # dc₋₁ = dc ⊙ f
        if p is not None:
            dc += p[0] * da_ifg_t[0] + p[1] * da_ifg_t[1]
        if back.cuts[t]:
            dc[...] = 0
        back.to_the_step_before(t)
    gradients = {"h0": dh, "c0": dc, **_weight_gradients(trace, da, inputs)}
    if p is not None:
        da_i, da_f, _, da_o = (da_blocks[:, k] for k in range(4))
        pairs = ((da_i, c_before), (da_f, c_before), (da_o, c))
        gradients["peepholes"] = xp.stack([(da_k * c_k).sum((0, 1)) for da_k, c_k in pairs])
    return gradients


def trace_gru(
    xs: Array, h0: Array, W_xh: Array, W_hh: Array, b_xh: Array, b_hh: Array,
    *, reset: str = "after", update: str = "keeps",
) -> SimpleNamespace:  # fmt: skip
    """Run the GRU of `cells.gru_step` over a sequence and keep what `backward_gru` needs.

    Gates r, z, n. The trace has `pasts` (T, B, H) too: h₋₁ W_hn + b_hn for reset "after",
    r ⊙ h₋₁ for "before".
    """
    check_choice("reset", reset, ("after", "before"))
    check_choice("update", update, ("keeps", "takes"))
    xs, h0, W_xh, W_hh, b_xh, b_hh = take_sequence(
        xs, {"h0": h0}, W_xh, W_hh, {"b_xh": b_xh, "b_hh": b_hh}, blocks=3
    )
    xp, T, (B, H) = get_namespace(h0), len(xs), h0.shape
    hs, pasts = make_empty((T + 1, B, H), like=h0), make_empty((T, B, H), like=h0)
    gates, spare = make_empty((T, 3, B, H), like=h0), make_empty((B, H), like=h0)
    hs[0] = h0
    projected = kernels.project(xs, W_xh, b_xh)
    x_n = copy_of(projected[:, :, 2 * H :], like=pasts)  # x W_xn + b_xn
    if reset == "after":  # one product for all of h₋₁ W_hh + b_hh, with x's part of the gates
        projected[:, :, 2 * H :] = 0
        projected += b_hh
        add = add_candidate = kernels.make_adder(W_hh)
    else:
        x_rz = projected[:, :, : 2 * H]
        projected = copy_of(x_rz, like=x_rz)
        projected += b_hh[: 2 * H]
        x_n += b_hh[2 * H :]
        add = kernels.make_adder(W_hh[:, : 2 * H])
        add_candidate = kernels.make_adder(W_hh[:, 2 * H :])
    a = make_empty(projected.shape[1:], like=h0)
    a_row, a_blocks = in_torch(a), xp.moveaxis(a.reshape(B, a.shape[1] // H, H), 1, 0)
    a_rz, q = in_torch(a_blocks[:2]), a_blocks[-1]
    squash, x_rows, h_rows, rz_rows = (
        kernels.get_sigmoid(), rows(projected), rows(hs), rows(gates[:, :2])
    )  # fmt: skip
    n_rows, x_n_rows, past_rows = rows(gates[:, 2]), rows(x_n), rows(pasts)
    steps = zip(*(gates[:, k] for k in range(3)), pasts, hs[:-1], hs[1:], x_n, strict=True)
    for t, (r, z, n, past, h_before, h, x_nt) in enumerate(steps):
        add(x_rows[t], h_rows[t], out=a_row)
        squash(a_rz, out=rz_rows[t])
        if reset == "after":
            past[...] = q  # h₋₁ W_hn + b_hn
            xp.multiply(r, past, out=n)
            n += x_nt
        else:
            xp.multiply(r, h_before, out=past)
            add_candidate(x_n_rows[t], past_rows[t], out=n_rows[t])
        xp.tanh(n, out=n)
        kernels.mix(xp, z, h_before, n, update, spare=spare, out=h)
    return SimpleNamespace(
        xs=xs, hs=hs, gates=gates, pasts=pasts, W_xh=W_xh, W_hh=W_hh, reset=reset, update=update
    )


def backward_gru(
    trace: SimpleNamespace, douts: Array, *, dh_T: Array | None = None,
    truncate: int | None = None, inputs: bool = True,
) -> dict[str, Array]:  # fmt: skip
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
    """
    douts, dh_T = take_gradients(trace.hs, douts=douts, dh_T=dh_T)
    xp, (T, B, H), W_hh = get_namespace(douts), douts.shape, trace.W_hh
    h_before, after = trace.hs[:-1], trace.reset == "after"
    r, z, n = (trace.gates[:, k] for k in range(3))
    keep, by_z = (z, h_before - n) if trace.update == "keeps" else (1 - z, n - h_before)
    da_n, slopes = make_empty((T, B, H), like=douts), make_empty((T, 3, B, H), like=douts)
    # the loop brings dh, or ds, to each of these
    times_tanh_slope(1 - keep, n, out=da_n)  # da_n = dh ⊙ (1 − keep) ⊙ (1 − n²)
    times_sigmoid_slope(by_z, z, out=slopes[:, 1])  # da_z = ±dh ⊙ (h₋₁ − n) ⊙ z (1 − z)
    if after:
        q = trace.pasts
        times_sigmoid_slope(da_n * q, r, out=slopes[:, 0])  # da_r = da_n ⊙ q ⊙ r (1 − r)
        slopes[:, 2] = da_n * r  # dq = da_n ⊙ r
    else:
        times_sigmoid_slope(h_before, r, out=slopes[:, 0])  # da_r = ds ⊙ h₋₁ ⊙ r (1 − r)
    da = make_empty((T, B, 3 * H), like=douts)  # what reaches W_hh: a_r, a_z and q, or a_n
    da_blocks = xp.moveaxis(da.reshape(T, B, 3, H), 2, 1)
    width = (3 if after else 2) * H
    back = _Backwards(trace, douts, dh_T, truncate, W_hh=W_hh[:, :width])
    dh = back.dh
    back.through(da[:, :, :width])
    ds, nothing = copy_of(0, like=dh), in_torch(copy_of(0, like=dh))
    ds_row, da_n_rows = in_torch(ds), rows(da_n)
    add_candidate = kernels.make_adder(W_hh[:, 2 * H :].T)
    for t, da_nt, slope, da_t, keep_t, r_t in back.steps(da_n, slopes, da_blocks, keep, r):
        da_nt *= dh
        if after:
            xp.multiply(slope, dh, out=da_t)
            dh *= keep_t
        else:
            add_candidate(nothing, da_n_rows[t], out=ds_row)  # ds = da_n W_hnᵀ
            xp.multiply(slope[0], ds, out=da_t[0])
            xp.multiply(slope[1], dh, out=da_t[1])
            dh *= keep_t
            ds *= r_t
            dh += ds
        back.to_the_step_before(t, direct=True)
    if not after:
        da_blocks[:, 2] = da_n
    flat = da.reshape(T * B, 3 * H)
    dW_hh = kernels.multiply_matrices(flat.T, h_before.reshape(T * B, H)).T
    db_hh = flat.sum(0)
    if not after:
        s = trace.pasts.reshape(T * B, H)
        dW_hh[:, 2 * H :] = kernels.multiply_matrices(s.T, da_n.reshape(T * B, H))
    da_blocks[:, 2] = da_n  # what reaches the input's side
    gradients = _input_gradients(trace, da, inputs)
    db_xh = gradients.pop("b")
    return {"h0": dh, **gradients, "W_hh": dW_hh, "b_xh": db_xh, "b_hh": db_hh}


def trace_simplified_gru(
    xs: Array, h0: Array, W_xh: Array, W_hh: Array, b_h: Array, *, update: str = "keeps"
) -> SimpleNamespace:
    """Run the GRU of `cells.simplified_gru_step` and keep what its backward pass needs.

    Gates z, n.
    """
    check_choice("update", update, ("keeps", "takes"))
    xs, h0, W_xh, W_hh, b_h = take_sequence(xs, {"h0": h0}, W_xh, W_hh, {"b_h": b_h}, blocks=2)
    xp, T, (B, H) = get_namespace(h0), len(xs), h0.shape
    hs, gates = make_empty((T + 1, B, H), like=h0), make_empty((T, 2, B, H), like=h0)
    a, spare = make_empty((B, 2 * H), like=h0), make_empty((B, H), like=h0)
    hs[0] = h0
    a_row, (a_z, a_n) = in_torch(a), xp.moveaxis(a.reshape(B, 2, H), 1, 0)
    z_block, add, squash = in_torch(a_z), kernels.make_adder(W_hh), kernels.get_sigmoid()
    x_rows, h_rows, z_rows = rows(kernels.project(xs, W_xh, b_h)), rows(hs), rows(gates[:, 0])
    steps = zip(gates[:, 0], gates[:, 1], hs[:-1], hs[1:], strict=True)
    for t, (z, n, h_before, h) in enumerate(steps):
        add(x_rows[t], h_rows[t], out=a_row)
        squash(z_block, out=z_rows[t])
        xp.tanh(a_n, out=n)
        kernels.mix(xp, z, h_before, n, update, spare=spare, out=h)
    return SimpleNamespace(xs=xs, hs=hs, gates=gates, W_xh=W_xh, W_hh=W_hh, update=update)


def backward_simplified_gru(
    trace: SimpleNamespace, douts: Array, *, dh_T: Array | None = None,
    truncate: int | None = None, inputs: bool = True,
) -> dict[str, Array]:  # fmt: skip
    """The gradients of the simplified GRU; keep = z, or 1 − z where z takes.

    da_n = dh ⊙ (1 − keep) ⊙ (1 − n²),   da_z = ±dh ⊙ (h₋₁ − n) ⊙ z (1 − z), − where z takes
    dh₋₁ = ∂L/∂output₋₁ + dh ⊙ keep + [da_z, da_n] W_hhᵀ
    """
    douts, dh_T = take_gradients(trace.hs, douts=douts, dh_T=dh_T)
    xp, (T, B, H) = get_namespace(douts), douts.shape
    h_before, z, n = trace.hs[:-1], trace.gates[:, 0], trace.gates[:, 1]
    keep, by_z = (z, h_before - n) if trace.update == "keeps" else (1 - z, n - h_before)
    slopes, da = make_empty((T, 2, B, H), like=douts), make_empty((T, B, 2 * H), like=douts)
    # the loop brings dh to both
    times_sigmoid_slope(by_z, z, out=slopes[:, 0])  # da_z = ±dh ⊙ (h₋₁ − n) ⊙ z (1 − z)
    times_tanh_slope(1 - keep, n, out=slopes[:, 1])  # da_n = dh ⊙ (1 − keep) ⊙ (1 − n²)
    da_blocks = xp.moveaxis(da.reshape(T, B, 2, H), 2, 1)
    back = _Backwards(trace, douts, dh_T, truncate)
    dh = back.dh
    back.through(da)
    for t, slope, da_t, keep_t in back.steps(slopes, da_blocks, keep):
        xp.multiply(slope, dh, out=da_t)
        dh *= keep_t
        back.to_the_step_before(t, direct=True)
    return {"h0": dh, **_weight_gradients(trace, da, inputs)}


class _Backwards:
    """The way back through the steps: dh₋₁ = ∂L/∂output₋₁ + da W_hhᵀ (+ dh), or cut off."""

    def __init__(self, trace, douts, dh_T, truncate, W_hh=None):
        T = len(douts)
        self.cuts = kernels.find_cuts(truncate, T)
        self.dh = copy_of(douts[-1], like=douts[-1])
        if dh_T is not None:
            self.dh += dh_T
        # nothing is asked of the state before the first step
        self._before = [copy_of(0, like=self.dh), *douts[:-1]]
        self._before_rows, self._dh_row = [in_torch(d) for d in self._before], in_torch(self.dh)
        self._add = kernels.make_adder((trace.W_hh if W_hh is None else W_hh).T)

    def steps(self, *arrays):
        """Each step from the last to the first, with what the arrays hold there."""
        return reversed(list(zip(range(len(self.cuts)), *arrays, strict=True)))

    def through(self, da):
        """Where the loop will put da_t, (T, B, blocks · H)."""
        self._da_rows = rows(da)

    def to_the_step_before(self, t, direct=False):
        """Turn dh into dh₋₁; `direct` adds what stands in dh already."""
        if self.cuts[t]:
            self.dh[...] = self._before[t]
        elif direct:
            self.dh += self._before[t]
            self._add(self._dh_row, self._da_rows[t], out=self._dh_row)
        else:
            self._add(self._before_rows[t], self._da_rows[t], out=self._dh_row)


def _input_gradients(trace, da, inputs):
    T, B, D = trace.xs.shape
    flat = da.reshape(T * B, da.shape[2])
    gradients = {
        # transposed twice, so that torch's layout of the weights is the one that lies in memory
        "W_xh": kernels.multiply_matrices(flat.T, trace.xs.reshape(T * B, D)).T,
        "b": flat.sum(0),
    }
    if inputs:
        gradients["xs"] = kernels.multiply_matrices(flat, trace.W_xh.T).reshape(T, B, D)
    return gradients


def _weight_gradients(trace, da, inputs):
    T, B, H = trace.hs[1:].shape
    gradients = _input_gradients(trace, da, inputs)
    flat = da.reshape(T * B, da.shape[2])
    gradients["W_hh"] = kernels.multiply_matrices(flat.T, trace.hs[:-1].reshape(T * B, H)).T
    gradients["b_h"] = gradients.pop("b")
    return gradients
