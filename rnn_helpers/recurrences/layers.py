"""RNN, LSTM and GRU as torch modules: torch.nn's interface and state_dict, gradients by hand.

`ours.load_state_dict(theirs.state_dict())` and back both work, and values and gradients agree.
Beyond torch.nn: peephole connections, the other places of the GRU's gates, a forget bias, and a
choice of who computes the gradient.

Torch keeps a row of weights for each unit of each gate, the cells take columns: the transposes,
and the order of the gates, stand in this file and nowhere else.
"""

import math
import warnings
from itertools import accumulate, groupby
from typing import Any

import torch
from torch.nn.utils.rnn import PackedSequence

from rnn_helpers.recurrences.by_hand import is_plain, run_by_hand, run_uncompiled, unroll
from rnn_helpers.recurrences.cells import gru_step, lstm_step, rnn_step, simplified_gru_step
from rnn_helpers.validation import check_boolean, check_choice, check_integer, check_number

_WEIGHTS = ("weight_ih", "weight_hh", "bias_ih", "bias_hh", "weight_peephole")


class _Recurrent(torch.nn.Module):
    """Layers, directions, packing and shapes: all that does not depend on the cell."""

    blocks = 1  # gates, and with them blocks of H rows in every weight
    keeps: int | None = None  # which of the blocks is the gate that keeps the state
    states = 1  # h, or h and c
    recurrence = ""  # its name in `bptt`
    names: tuple[str, ...] = ("xs", "h0", "W_xh", "W_hh", "b_h")  # of its arguments there
    options: tuple[str, ...] = ()  # of both its functions, as attributes
    _own_defaults: tuple[tuple[str, Any], ...] = ()  # of what torch.nn has not
    weight_ih_l0: torch.nn.Parameter

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, bias: bool = True,
        batch_first: bool = False, dropout: float = 0.0, bidirectional: bool = False,
        *, device: Any = None, dtype: torch.dtype | None = None, engine: str = "by_hand",
        truncate: int | None = None, keep_bias: float | None = None,
    ) -> None:  # fmt: skip
        super().__init__()
        self.input_size = check_integer("input_size", input_size, minimum=1)
        self.hidden_size = check_integer("hidden_size", hidden_size, minimum=1)
        self.num_layers = check_integer("num_layers", num_layers, minimum=1)
        self.bias = check_boolean("bias", bias)
        self.batch_first = check_boolean("batch_first", batch_first)
        self.dropout = check_number("dropout", dropout, minimum=0, maximum=1)
        self.bidirectional = check_boolean("bidirectional", bidirectional)
        if self.dropout and self.num_layers == 1:
            warnings.warn(
                "dropout falls between layers: with num_layers=1 it changes nothing", stacklevel=3
            )
        self.engine = check_choice("engine", engine, ("by_hand", "autograd"))
        self.truncate = None if truncate is None else check_integer("truncate", truncate, minimum=1)
        self.keep_bias = None if keep_bias is None else check_number("keep_bias", keep_bias)
        if keep_bias is not None and (self.keeps is None or not self.bias):
            raise ValueError("keep_bias (forget_bias) needs bias=True and a gate that keeps")
        H, rows = self.hidden_size, self.blocks * self.hidden_size
        for layer in range(self.num_layers):
            width = self.input_size if layer == 0 else H * self._directions
            for suffix in self._suffixes(layer):
                shapes = {"weight_ih": (rows, width), "weight_hh": (rows, H)}
                if self.bias:
                    shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
                if getattr(self, "peephole", False):
                    shapes |= {"weight_peephole": (3, H)}
                for name, shape in shapes.items():
                    empty = torch.empty(shape, device=device, dtype=dtype)
                    self.register_parameter(name + suffix, torch.nn.Parameter(empty))
        self.reset_parameters()

    @property
    def _directions(self):
        return 2 if self.bidirectional else 1

    def _suffixes(self, layer):
        return [f"_l{layer}", f"_l{layer}_reverse"][: self._directions]

    def _step(self, x: torch.Tensor, states: Any, weights: Any) -> Any:
        raise NotImplementedError

    def _options(self):
        return {name: getattr(self, name) for name in self.options}

    @property
    def all_weights(self) -> list[list[torch.nn.Parameter]]:
        """The parameters of each layer and direction."""
        suffixes = [s for layer in range(self.num_layers) for s in self._suffixes(layer)]
        rows = [[getattr(self, name + s, None) for name in _WEIGHTS] for s in suffixes]
        return [[weight for weight in row if weight is not None] for row in rows]

    def flatten_parameters(self) -> None:
        """Nothing: torch.nn's layout for cuDNN is not needed here, its callers may be."""

    def reset_parameters(self) -> None:
        """Draw all uniformly from ±1/√H, as torch.nn does; then give the gate that keeps its bias.

        Where z takes the new state, it keeps by −`keep_bias`.
        """
        limit = 1 / math.sqrt(self.hidden_size)
        for parameter in self.parameters():
            torch.nn.init.uniform_(parameter, -limit, limit)
        if self.keep_bias is None or self.keeps is None:
            return
        H, bias = self.hidden_size, self.keep_bias
        bias = -bias if getattr(self, "update", "keeps") == "takes" else bias
        gate = slice(self.keeps * H, (self.keeps + 1) * H)
        with torch.no_grad():
            for name, parameter in self.named_parameters():
                if name.startswith("bias"):
                    parameter[gate] = bias if name.startswith("bias_ih") else 0.0

    def extra_repr(self) -> str:
        """The sizes, and what differs from the defaults."""
        defaults = {
            "num_layers": 1, "bias": True, "batch_first": False, "dropout": 0.0,
            "bidirectional": False, "engine": "by_hand", "truncate": None,
            **dict(self._own_defaults),
        }  # fmt: skip
        changed = [f"{k}={getattr(self, k)}" for k, v in defaults.items() if getattr(self, k) != v]
        return ", ".join([str(self.input_size), str(self.hidden_size), *changed])

    def __prepare_scriptable__(self) -> None:
        """What torch.jit.script asks first."""
        raise RuntimeError("torch.jit.script cannot read this layer: trace or export it")

    def forward(self, input: torch.Tensor | PackedSequence, hx: Any = None) -> tuple[Any, Any]:
        """Run over a sequence, (T, B, D) and h (layers · directions, B, H) or as torch.nn takes it.

        `hx`, for the LSTM a pair (h, c), is zeros if left out. Returned are `output`, laid out as
        `input`, with directions · H features, and the last states, laid out as `hx`. Under autocast
        the recurrence is computed in the precision of its weights.
        """
        if self.engine == "by_hand":
            return run_uncompiled(self._forward, input, hx)
        return self._forward(input, hx)

    def _forward(self, input, hx):
        kind = self.weight_ih_l0.device.type
        if torch.amp.is_autocast_available(kind) and torch.is_autocast_enabled(kind):
            with torch.autocast(kind, enabled=False):
                return self._run(input, hx, self._cast)
        return self._run(input, hx, lambda tensor: tensor)

    def _cast(self, tensor):
        """What autocast would convert, in the precision of the weights."""
        convertible = tensor.is_floating_point() and tensor.dtype != torch.float64
        return tensor.to(self.weight_ih_l0.dtype) if convertible else tensor

    def _run(self, input, hx, cast):
        packed = input if isinstance(input, PackedSequence) else None
        rows, segments, batched = self._read_input(input)
        rows = cast(rows)
        if rows.shape[-1] != self.input_size:
            raise ValueError(
                f"input must have input_size = {self.input_size} features, got {rows.shape[-1]}"
            )
        self._check_alike("input", rows)
        states = self._initial_states(hx, rows, segments[0][1], batched, cast)
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
            output = rows.reshape(*segments[0], rows.shape[1])
            if not batched:
                output, last = output.squeeze(1), [s.squeeze(1) for s in last]
            elif self.batch_first:
                output = output.transpose(0, 1)
        return output, (last[0] if self.states == 1 else tuple(last))

    def _read_input(self, input):
        """Its rows one below the other, the runs of steps of one batch size, whether it has B."""
        if isinstance(input, PackedSequence):
            runs = groupby(input.batch_sizes.tolist())
            segments = [(len(list(steps)), size) for size, steps in runs]
            if self.truncate is not None and len(segments) > 1:
                raise ValueError(
                    f"truncate={self.truncate} needs sequences of one length, got a packed batch "
                    f"of unequal lengths: pad them, or set truncate=None"
                )
            return input.data, segments, True
        if not isinstance(input, torch.Tensor):
            raise TypeError(f"input must be a tensor or PackedSequence, got {type(input).__name__}")
        if input.dim() not in (2, 3):
            raise ValueError(f"input must have 2 or 3 axes, got shape {tuple(input.shape)}")
        batched = input.dim() == 3
        xs = input if batched else input.unsqueeze(1)
        if batched and self.batch_first:
            xs = xs.transpose(0, 1)
        T, B, D = xs.shape
        if T == 0:
            raise RuntimeError("input must have at least one step, got a sequence of length 0")
        return xs.reshape(T * B, D), [(T, B)], batched

    def _initial_states(self, hx, rows, batch_size, batched, cast):
        shape = (self.num_layers * self._directions, batch_size, self.hidden_size)
        if hx is None:
            return [rows.new_zeros(shape) for _ in range(self.states)]
        given = [hx] if self.states == 1 else hx
        if not isinstance(given, (list, tuple)) or len(given) != self.states:
            raise TypeError("hx must be a pair (h, c) of tensors")
        if not all(isinstance(state, torch.Tensor) for state in given):
            raise TypeError(f"hx must hold tensors, got {type(hx).__name__}")
        wanted = shape if batched else (shape[0], shape[2])
        given = [cast(state) for state in given]
        for name, state in zip("hc", given, strict=False):
            if tuple(state.shape) != wanted:
                raise ValueError(f"{name} in hx must have shape {wanted}, got {tuple(state.shape)}")
            self._check_alike(f"{name} in hx", state)
        return given if batched else [state.unsqueeze(1) for state in given]

    def _check_alike(self, name, tensor):
        weight = self.weight_ih_l0
        if (tensor.dtype, tensor.device) != (weight.dtype, weight.device):
            raise ValueError(
                f"{name} must be {weight.dtype} on {weight.device} like the weights, got "
                f"{tensor.dtype} on {tensor.device}"
            )

    def _run_direction(self, rows, first, segments, suffix, backwards):
        """One layer in one direction over packed rows; each final state in the packed order."""
        weights = self._read_weights(suffix)
        ends = accumulate(steps * size for steps, size in segments)
        runs = list(zip(ends, segments, strict=True))[:: -1 if backwards else 1]
        batch = runs[0][1][1]
        states, done, outputs = [s[:batch] for s in first], [], []
        for end, (steps, size) in runs:
            if size < batch:  # sequences that have ended
                done.append([s[size:] for s in states])
                states = [s[:size] for s in states]
            elif size > batch:  # sequences whose last step this is, and so their first here
                states = [torch.cat([s, f[batch:size]]) for s, f in zip(states, first, strict=True)]
            batch = size
            xs = rows[end - steps * size : end].reshape(steps, size, rows.shape[1])
            output, *states = self._run_segment(xs.flip(0) if backwards else xs, states, weights)
            output = output.flip(0) if backwards else output
            outputs.append(output.reshape(steps * size, self.hidden_size))
        if backwards:
            outputs.reverse()
        finals = [torch.cat(parts) for parts in zip(states, *reversed(done), strict=True)]
        return (outputs[0] if len(outputs) == 1 else torch.cat(outputs)), finals

    def _read_weights(self, suffix):
        """W_xh, W_hh and the rest of one layer and direction, as the cells take them."""
        named: dict[str, Any] = {name: getattr(self, name + suffix, None) for name in _WEIGHTS}
        for name, weight in named.items():
            if weight is not None:
                self._check_alike(name + suffix, weight)
        W_ih, W_hh, b_ih, b_hh, peepholes = named.values()
        if b_ih is None:
            b_ih = b_hh = W_ih.new_zeros(W_ih.shape[0])
        biases = (b_ih, b_hh) if "b_hh" in self.names else (b_ih + b_hh,)
        return W_ih.T, W_hh.T, *biases, *((peepholes,) if "peepholes" in self.names else ())

    def _run_segment(self, xs, states, weights):
        tensors = [tensor for tensor in (xs, *states, *weights) if tensor is not None]
        if self.engine == "by_hand" and is_plain(tensors):
            names = self.names[: len(tensors)]  # the peepholes, which may be missing, are the last
            return run_by_hand(self.recurrence, names, self._options(), self.truncate, *tensors)
        return unroll(self._step, self.truncate, xs, states, weights)


class RNN(_Recurrent):
    """h_t = φ(x_t W_ihᵀ + b_ih + h_{t−1} W_hhᵀ + b_hh), in torch.nn.RNN's interface.

    Parameters
    ----------
    input_size, hidden_size, num_layers : int
        D, H and the layers on top of each other.
    nonlinearity : {"tanh", "relu"}
    bias, batch_first, bidirectional : bool
    dropout : float, 0 to 1
        On the outputs of each layer but the last.
    engine : {"by_hand", "autograd"}
        Who computes the gradient: `recurrences.bptt`, or torch's autograd over `cells.rnn_step`.
    truncate : int, optional
        Cut the gradient at every k-th step of the sequence as it is run, backwards in the second
        direction; the values stay as they are.

    Notes
    -----
    By hand there are first derivatives only, and torch.compile leaves the layer uncompiled, as
    torch.nn's. Where torch must see every operation, autograd steps in by itself: torch.func,
    forward-mode derivatives, export, ONNX, tracing, subclasses, fake and meta tensors.

    Source
    ------
    Elman (1990), Finding structure in time, Cognitive Science 14.

    Examples
    --------
    >>> RNN(3, 5)(torch.zeros(7, 2, 3))[0].shape
    torch.Size([7, 2, 5])
    """

    recurrence, options = "rnn", ("nonlinearity",)
    _own_defaults = (("nonlinearity", "tanh"),)

    def __init__(
        self, input_size: int, hidden_size: int, num_layers: int = 1, nonlinearity: str = "tanh",
        *others: Any, **options: Any,
    ) -> None:  # fmt: skip
        self.nonlinearity = check_choice("nonlinearity", nonlinearity, ("tanh", "relu"))
        super().__init__(input_size, hidden_size, num_layers, *others, **options)

    def _step(self, x, states, weights):
        return [rnn_step(x, *states, *weights, activation=self.nonlinearity)]


class LSTM(_Recurrent):
    """The LSTM of `cells.lstm_step`, in torch.nn.LSTM's interface.

    Parameters
    ----------
    *sizes, **options
        As of `RNN`, from `input_size` to `bidirectional` in torch.nn's order.
    peephole : bool
        Adds `weight_peephole_l0` and so on, shape (3, H), rows i, f, o.
    keep_bias, forget_bias : float, optional
        Two names for one thing, what the gate that keeps starts with: `bias_ih` gets it and
        `bias_hh` gets 0, in every layer and direction. None draws both as torch.nn does.

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

    blocks, keeps, states, recurrence = 4, 1, 2, "lstm"
    names = ("xs", "h0", "c0", "W_xh", "W_hh", "b_h", "peepholes")
    _own_defaults = (("peephole", False), ("forget_bias", None))

    def __init__(
        self, *sizes: Any, peephole: bool = False, keep_bias: float | None = None,
        forget_bias: float | None = None, **options: Any,
    ) -> None:  # fmt: skip
        self.peephole = check_boolean("peephole", peephole)
        if forget_bias is not None:
            if keep_bias is not None:
                raise ValueError("forget_bias and keep_bias are one thing: give one, got both")
            keep_bias = check_number("forget_bias", forget_bias)
        super().__init__(*sizes, keep_bias=keep_bias, **options)

    @property
    def forget_bias(self) -> float | None:
        """`keep_bias`, as it is called in an LSTM."""
        return self.keep_bias

    def _step(self, x, states, weights):
        return lstm_step(x, *states, *weights[:3], peepholes=weights[3])


class GRU(_Recurrent):
    """The GRU of `cells.gru_step`, in torch.nn.GRU's interface.

    Parameters
    ----------
    *sizes, **options
        As of `LSTM`; `keep_bias` is z's, and where z takes, it gets −`keep_bias`.
    reset : {"after", "before"}
        Where the reset gate stands; torch.nn's is "after".
    update : {"keeps", "takes"}
        Whether z keeps the old state or takes the new one; torch.nn's keeps.

    Source
    ------
    Cho et al. (2014), arXiv:1406.1078; Chung et al. (2014), arXiv:1412.3555.

    Examples
    --------
    >>> GRU(3, 5, bidirectional=True)(torch.zeros(7, 2, 3))[1].shape
    torch.Size([2, 2, 5])
    """

    blocks, keeps, recurrence, options = 3, 1, "gru", ("reset", "update")
    names = ("xs", "h0", "W_xh", "W_hh", "b_xh", "b_hh")
    _own_defaults = (("reset", "after"), ("update", "keeps"), ("keep_bias", None))

    def __init__(
        self, *sizes: Any, reset: str = "after", update: str = "keeps", **options: Any
    ) -> None:
        self.reset = check_choice("reset", reset, ("after", "before"))
        self.update = check_choice("update", update, ("keeps", "takes"))
        super().__init__(*sizes, **options)

    def _step(self, x, states, weights):
        return [gru_step(x, *states, *weights, **self._options())]


class SimplifiedGRU(_Recurrent):
    """The GRU of `cells.simplified_gru_step`, which has the update gate only.

    torch.nn has no such module; parameters are named and laid out as its GRU's, blocks z and n.

    Parameters
    ----------
    *sizes, update, **options
        As of `GRU`.

    Examples
    --------
    >>> SimplifiedGRU(3, 5)(torch.zeros(7, 2, 3))[0].shape
    torch.Size([7, 2, 5])
    """

    blocks, keeps, recurrence, options = 2, 0, "simplified_gru", ("update",)
    _own_defaults = (("update", "keeps"), ("keep_bias", None))

    def __init__(self, *sizes: Any, update: str = "keeps", **options: Any) -> None:
        self.update = check_choice("update", update, ("keeps", "takes"))
        super().__init__(*sizes, **options)

    def _step(self, x, states, weights):
        return [simplified_gru_step(x, *states, *weights, **self._options())]
