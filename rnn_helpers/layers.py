"""RNN, LSTM and GRU as torch modules: torch.nn's interface and state_dict, gradients by hand.

`ours.load_state_dict(theirs.state_dict())` and back both work, and values and gradients agree.
Beyond torch.nn: peephole connections, the other places of the GRU's gates, a forget bias, and a
choice of who computes the gradient.

Torch keeps a row of weights for each unit of each gate, the cells take columns: the transposes,
and the order of the gates, stand in this file and nowhere else.
"""

import math
from itertools import groupby

import torch
from torch.nn.utils.rnn import PackedSequence

from rnn_helpers import bptt
from rnn_helpers.cells import gru_step, lstm_step, rnn_step
from rnn_helpers.validation import check_choice, check_integer, check_number


class _Recurrent(torch.nn.Module):
    """Layers, directions, packing and shapes: all that does not depend on the cell."""

    blocks = 1  # gates, and with them blocks of H rows in every weight
    states = 1  # h, or h and c
    _own_defaults = ()  # of the cell's own options, as pairs

    def __init__(
        self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
        bidirectional=False, device=None, dtype=None, *, engine="by_hand",
    ):  # fmt: skip
        super().__init__()
        self.input_size = check_integer("input_size", input_size, minimum=1)
        self.hidden_size = check_integer("hidden_size", hidden_size, minimum=1)
        self.num_layers = check_integer("num_layers", num_layers, minimum=1)
        self.dropout = check_number("dropout", dropout, minimum=0, maximum=1)
        self.bias, self.batch_first, self.bidirectional = (
            bool(bias),
            bool(batch_first),
            bool(bidirectional),
        )
        self.engine = check_choice("engine", engine, ("by_hand", "autograd"))
        H, rows = self.hidden_size, self.blocks * self.hidden_size
        for layer in range(self.num_layers):
            width = self.input_size if layer == 0 else H * self._directions
            for suffix in self._suffixes(layer):
                shapes = {"weight_ih": (rows, width), "weight_hh": (rows, H)}
                if self.bias:
                    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                shapes |= self._extra_shapes()
                for name, shape in shapes.items():
                    empty = torch.empty(shape, device=device, dtype=dtype)
                    self.register_parameter(name + suffix, torch.nn.Parameter(empty))
        self.reset_parameters()

    @property
    def _directions(self):
        return 2 if self.bidirectional else 1

    def _suffixes(self, layer):
        return [f"_l{layer}", f"_l{layer}_reverse"][: self._directions]

    def _extra_shapes(self):
        return {}

    def reset_parameters(self):
        """Draw every parameter uniformly from ±1/√H, as torch.nn does."""
        limit = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -limit, limit)

    def extra_repr(self):
        """The sizes, and what differs from the defaults, as torch.nn prints them."""
        defaults = {
            "num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0,
            "bidirectional": False, "engine": "by_hand", **dict(self._own_defaults),
        }  # fmt: skip
        changed = [f"{k}={getattr(self, k)}" for k, v in defaults.items() if getattr(self, k) != v]
        return ", ".join([str(self.input_size), str(self.hidden_size), *changed])

    def forward(self, input, hx=None):
        """Run over a sequence; shapes, packing and return values are torch.nn's.

        Parameters
        ----------
        input : tensor (T, B, D), (B, T, D) with `batch_first`, (T, D), or PackedSequence
        hx : tensor (layers · directions, B, H), optional; for the LSTM a pair (h, c)

        Returns
        -------
        output : tensor (T, B, directions · H), or as `input` is laid out
        h_n : tensor (layers · directions, B, H), for the LSTM a pair; never batch-first

        Raises
        ------
        TypeError, ValueError
            Shapes that do not fit, a sequence of no steps.
        """
        packed = input if isinstance(input, PackedSequence) else None
        if packed is not None:
            rows, batch_sizes = packed.data, packed.batch_sizes.tolist()
            batched = True
        else:
            batched = input.dim() == 3
            if input.dim() not in (2, 3):
                raise ValueError(f"input must have 2 or 3 axes, got shape {tuple(input.shape)}")
            xs = input if batched else input.unsqueeze(1)
            xs = xs.transpose(0, 1) if batched and self.batch_first else xs
            T, B = xs.shape[:2]
            if T == 0:
                raise ValueError("input must have at least one step, got a sequence of length 0")
            rows, batch_sizes = xs.reshape(T * B, xs.shape[2]), [B] * T
        if rows.shape[-1] != self.input_size:
            raise ValueError(
                f"input must have input_size = {self.input_size} features, got {rows.shape[-1]}"
            )
        # steps of equal batch size are one run of the recurrence; unpacked there is only one
        segments = [(len(list(group)), size) for size, group in groupby(batch_sizes)]
        states = self._initial_states(hx, rows, batch_sizes[0], batched)
        if packed is not None and packed.sorted_indices is not None:
            states = [s.index_select(1, packed.sorted_indices) for s in states]

        finals = []
        for layer in range(self.num_layers):
            if layer and self.dropout:
                rows = torch.nn.functional.dropout(rows, self.dropout, self.training)
            outputs = []
            for direction, suffix in enumerate(self._suffixes(layer)):
                first = [s[layer * self._directions + direction] for s in states]
                output, final = self._run_direction(rows, first, segments, suffix, direction == 1)
                outputs.append(output)
                finals.append(final)
            rows = torch.cat(outputs, 1) if self.bidirectional else outputs[0]
        last = [torch.stack(parts) for parts in zip(*finals, strict=True)]

        if packed is not None:
            output = PackedSequence(
                rows, packed.batch_sizes, packed.sorted_indices, packed.unsorted_indices
            )
            if packed.unsorted_indices is not None:
                last = [s.index_select(1, packed.unsorted_indices) for s in last]
        else:
            output = rows.reshape(T, B, rows.shape[1])
            if not batched:
                output, last = output.squeeze(1), [s.squeeze(1) for s in last]
            elif self.batch_first:
                output = output.transpose(0, 1)
        return output, (last[0] if self.states == 1 else tuple(last))

    def _initial_states(self, hx, rows, batch_size, batched):
        shape = (self.num_layers * self._directions, batch_size, self.hidden_size)
        if hx is None:
            return [rows.new_zeros(shape) for _ in range(self.states)]
        given = [hx] if self.states == 1 else hx
        if not isinstance(given, (list, tuple)) or len(given) != self.states:
            raise TypeError("hx must be a pair (h, c) of tensors")
        wanted = shape if batched else (shape[0], shape[2])
        for name, state in zip(("h", "c"), given, strict=False):
            if tuple(state.shape) != wanted:
                raise ValueError(f"{name} in hx must have shape {wanted}, got {tuple(state.shape)}")
        return list(given) if batched else [state.unsqueeze(1) for state in given]

    def _run_direction(self, rows, first, segments, suffix, backwards):
        """One layer in one direction over packed rows; each final state in the packed order."""
        weights = [getattr(self, name + suffix, None) for name in _WEIGHTS]
        batch = segments[-1][1] if backwards else segments[0][1]
        states, done, outputs = [s[:batch] for s in first], [], []
        starts, start = [], 0
        for steps, size in segments:
            starts.append(start)
            start += steps * size
        order = range(len(segments))
        for k in reversed(order) if backwards else order:
            steps, size = segments[k]
            if size < batch:  # sequences that have ended
                done.append([s[size:] for s in states])
                states = [s[:size] for s in states]
            elif size > batch:  # sequences whose last step this is, and so their first here
                states = [torch.cat([s, f[batch:size]]) for s, f in zip(states, first, strict=True)]
            batch = size
            xs = rows[starts[k] : starts[k] + steps * size].reshape(steps, size, -1)
            output, *states = self._run_segment(xs.flip(0) if backwards else xs, states, weights)
            output = output.flip(0) if backwards else output
            outputs.append(output.reshape(steps * size, -1))
        if backwards:
            outputs.reverse()
        finals = [torch.cat(parts) for parts in zip(states, *reversed(done), strict=True)]
        return (outputs[0] if len(outputs) == 1 else torch.cat(outputs)), finals

    def _run_segment(self, xs, states, weights):
        W_ih, W_hh, b_ih, b_hh, peepholes = weights
        if b_ih is None:
            b_ih = b_hh = xs.new_zeros(W_ih.shape[0])
        if self.engine == "by_hand":
            extra = [] if self.states == 1 else [peepholes]
            return self._by_hand().apply(
                xs, *states, W_ih, W_hh, b_ih, b_hh, *extra, self._options()
            )
        outputs = []
        for x in xs:
            states = self._step(x, states, W_ih.T, W_hh.T, b_ih, b_hh, peepholes)
            outputs.append(states[0])
        return torch.stack(outputs), *states


_WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_peephole")


class RNN(_Recurrent):
    """h_t = φ(x_t W_ihᵀ + b_ih + h_{t−1} W_hhᵀ + b_hh), in torch.nn.RNN's interface.

    Parameters
    ----------
    input_size, hidden_size : int
        D and H.
    num_layers : int
    nonlinearity : {"tanh", "relu"}
    bias, batch_first, bidirectional : bool
    dropout : float, 0 to 1
        On the outputs of each layer but the last.
    engine : {"by_hand", "autograd"}
        Who computes the gradient: `rnn_helpers.bptt`, once differentiable, or torch's autograd
        over `cells.rnn_step`.

    Raises
    ------
    TypeError, ValueError
        A size that is no positive whole number, an unknown name.

    Source
    ------
    Elman (1990), Finding structure in time, Cognitive Science 14.

    Examples
    --------
    >>> RNN(3, 5)(torch.zeros(7, 2, 3))[0].shape
    torch.Size([7, 2, 5])
    """

    def __init__(
        self, input_size, hidden_size, num_layers=1, nonlinearity="tanh", bias=True,
        batch_first=False, dropout=0.0, bidirectional=False, device=None, dtype=None,
        *, engine="by_hand",
    ):  # fmt: skip
        self.nonlinearity = check_choice("nonlinearity", nonlinearity, ("tanh", "relu"))
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            device, dtype, engine=engine,
        )  # fmt: skip

    _own_defaults = (("nonlinearity", "tanh"),)

    def _options(self):
        return {"nonlinearity": self.nonlinearity}

    def _by_hand(self):
        return _RNNByHand

    def _step(self, x, states, W_xh, W_hh, b_ih, b_hh, _):
        return [rnn_step(x, states[0], W_xh, W_hh, b_ih + b_hh, activation=self.nonlinearity)]


class LSTM(_Recurrent):
    """The LSTM of `cells.lstm_step`, in torch.nn.LSTM's interface.

    Parameters
    ----------
    input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, engine
        As in `RNN`.
    peephole : bool
        Adds `weight_peephole_l0` and so on, shape (3, H), rows i, f, o.
    forget_bias : float, optional
        What the forget gate starts with: `bias_ih` gets it and `bias_hh` gets 0, in every layer
        and direction. None draws both as torch.nn does.

    Raises
    ------
    TypeError, ValueError
        As `RNN`; a `forget_bias` without biases.

    Source
    ------
    Hochreiter & Schmidhuber (1997), Neural Computation 9; Gers & Schmidhuber (2000), IJCNN;
    the forget bias: Jozefowicz, Zaremba & Sutskever (2015), ICML.

    Examples
    --------
    >>> output, (h_n, c_n) = LSTM(3, 5, peephole=True)(torch.zeros(7, 2, 3))
    >>> c_n.shape
    torch.Size([1, 2, 5])
    """

    blocks, states = 4, 2
    _own_defaults = (("peephole", False), ("forget_bias", None))

    def __init__(
        self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
        bidirectional=False, device=None, dtype=None,
        *, engine="by_hand", peephole=False, forget_bias=None,
    ):  # fmt: skip
        self.peephole, self.forget_bias = bool(peephole), forget_bias
        if forget_bias is not None:
            self.forget_bias = check_number("forget_bias", forget_bias)
            if not bias:
                raise ValueError("forget_bias needs bias=True, got bias=False")
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            device, dtype, engine=engine,
        )  # fmt: skip

    def _extra_shapes(self):
        return {"weight_peephole": (3, self.hidden_size)} if self.peephole else {}

    def reset_parameters(self):
        """Draw as torch.nn does; then set the forget bias, if one was asked for."""
        super().reset_parameters()
        if self.forget_bias is None:
            return
        forget = slice(self.hidden_size, 2 * self.hidden_size)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if name.startswith("bias"):
                    parameter[forget] = self.forget_bias if name.startswith("bias_ih") else 0.0

    def _options(self):
        return {}

    def _by_hand(self):
        return _LSTMByHand

    def _step(self, x, states, W_xh, W_hh, b_ih, b_hh, peepholes):
        return lstm_step(x, *states, W_xh, W_hh, b_ih + b_hh, peepholes=peepholes)


class GRU(_Recurrent):
    """The GRU of `cells.gru_step`, in torch.nn.GRU's interface.

    Parameters
    ----------
    input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional, engine
        As in `RNN`.
    reset : {"after", "before"}
        Where the reset gate stands; torch.nn's is "after".
    update : {"keeps", "takes"}
        Whether z keeps the old state or takes the new one; torch.nn's keeps.

    Raises
    ------
    TypeError, ValueError
        As `RNN`.

    Source
    ------
    Cho et al. (2014), arXiv:1406.1078; Chung et al. (2014), arXiv:1412.3555.

    Examples
    --------
    >>> GRU(3, 5, bidirectional=True)(torch.zeros(7, 2, 3))[1].shape
    torch.Size([2, 2, 5])
    """

    blocks = 3
    _own_defaults = (("reset", "after"), ("update", "keeps"))

    def __init__(
        self, input_size, hidden_size, num_layers=1, bias=True, batch_first=False, dropout=0.0,
        bidirectional=False, device=None, dtype=None,
        *, engine="by_hand", reset="after", update="keeps",
    ):  # fmt: skip
        self.reset = check_choice("reset", reset, ("after", "before"))
        self.update = check_choice("update", update, ("keeps", "takes"))
        super().__init__(
            input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional,
            device, dtype, engine=engine,
        )  # fmt: skip

    def _options(self):
        return {"reset": self.reset, "update": self.update}

    def _by_hand(self):
        return _GRUByHand

    def _step(self, x, states, W_xh, W_hh, b_ih, b_hh, _):
        return [gru_step(x, states[0], W_xh, W_hh, b_ih, b_hh, **self._options())]


def _as_array(tensor):
    """The same memory as a NumPy array, whose small operations are faster, where it can be one."""
    tensor = tensor.detach()
    if tensor.device.type == "cpu" and tensor.dtype in (torch.float32, torch.float64):
        return tensor.numpy()
    return tensor


def _as_tensor(array):
    return array if isinstance(array, torch.Tensor) else torch.from_numpy(array)


def _keep(ctx, trace, output, *inputs):
    """Keep the trace, and let torch refuse a backward after an in-place change of its parts."""
    ctx.trace = trace
    ctx.save_for_backward(output, *inputs)


def _check_backward(ctx):
    _ = ctx.saved_tensors  # torch refuses here what was changed in place since
    if torch.is_grad_enabled():
        raise RuntimeError(
            "engine='by_hand' gives first derivatives only: use engine='autograd' where the "
            "gradient is to be differentiated again (create_graph=True)"
        )


class _RNNByHand(torch.autograd.Function):
    @staticmethod
    def forward(ctx, xs, h0, W_ih, W_hh, b_ih, b_hh, options):
        x, h, W_xh, W_h = _as_array(xs), _as_array(h0), _as_array(W_ih).T, _as_array(W_hh).T
        trace = bptt.trace_rnn(x, h, W_xh, W_h, _as_array(b_ih + b_hh), **options)
        output = _as_tensor(trace.hs)[1:]
        _keep(ctx, trace, output, xs, W_ih, W_hh)
        return output, output[-1].clone()

    @staticmethod
    def backward(ctx, doutput, dh_T):
        _check_backward(ctx)
        g = bptt.backward_rnn(ctx.trace, _as_array(doutput), dh_T=_as_array(dh_T))
        db = _as_tensor(g["b_h"])
        weights = _as_tensor(g["W_xh"]).T, _as_tensor(g["W_hh"]).T, db, db
        return _as_tensor(g["xs"]), _as_tensor(g["h0"]), *weights, None


class _LSTMByHand(torch.autograd.Function):
    @staticmethod
    def forward(ctx, xs, h0, c0, W_ih, W_hh, b_ih, b_hh, peepholes, options):
        x, h, c, W_xh, W_h = map(_as_array, (xs, h0, c0, W_ih.T, W_hh.T))
        p = None if peepholes is None else _as_array(peepholes)
        trace = bptt.trace_lstm(x, h, c, W_xh, W_h, _as_array(b_ih + b_hh), peepholes=p)
        output = _as_tensor(trace.hs)[1:]
        _keep(ctx, trace, output, xs, W_ih, W_hh, peepholes)
        return output, output[-1].clone(), _as_tensor(trace.cs)[-1].clone()

    @staticmethod
    def backward(ctx, doutput, dh_T, dc_T):
        _check_backward(ctx)
        g = bptt.backward_lstm(
            ctx.trace, _as_array(doutput), dh_T=_as_array(dh_T), dc_T=_as_array(dc_T)
        )
        g = {name: _as_tensor(array) for name, array in g.items()}
        weights = g["W_xh"].T, g["W_hh"].T, g["b_h"], g["b_h"], g.get("peepholes")
        return g["xs"], g["h0"], g["c0"], *weights, None


class _GRUByHand(torch.autograd.Function):
    @staticmethod
    def forward(ctx, xs, h0, W_ih, W_hh, b_ih, b_hh, options):
        arrays = map(_as_array, (xs, h0, W_ih.T, W_hh.T, b_ih, b_hh))
        trace = bptt.trace_gru(*arrays, **options)
        output = _as_tensor(trace.hs)[1:]
        _keep(ctx, trace, output, xs, W_ih, W_hh)
        return output, output[-1].clone()

    @staticmethod
    def backward(ctx, doutput, dh_T):
        _check_backward(ctx)
        g = bptt.backward_gru(ctx.trace, _as_array(doutput), dh_T=_as_array(dh_T))
        g = {name: _as_tensor(array) for name, array in g.items()}
        weights = g["W_xh"].T, g["W_hh"].T, g["b_xh"], g["b_hh"]
        return g["xs"], g["h0"], *weights, None
