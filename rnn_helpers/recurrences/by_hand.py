"""The gradients of `bptt` inside torch's autograd, and when torch must see every step instead."""

from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch.autograd import forward_ad
from torch.utils._python_dispatch import is_in_torch_dispatch_mode

from rnn_helpers.recurrences import bptt


def is_plain(tensors: Iterable[torch.Tensor]) -> bool:
    """Whether these are numbers in memory and nothing else: work on that memory is not missed.

    It is missed where torch transforms, records or only imagines the computation: torch.func,
    forward-mode derivatives, export and tracing, subclasses, fake and meta tensors.
    """
    watched = (
        torch.jit.is_tracing()  # pyright: ignore[reportPrivateImportUsage]
        or torch.compiler.is_compiling()  # and so exporting, for compiled layers run uncompiled
        or is_in_torch_dispatch_mode()
        or torch._C._are_functorch_transforms_active()  # noqa: SLF001, there is no other way to ask
    )
    return not watched and all(
        type(tensor) in (torch.Tensor, torch.nn.Parameter)
        and tensor.is_floating_point()  # the gradients of complex numbers are conjugates
        and _has_memory(tensor)
        and forward_ad.unpack_dual(tensor).tangent is None
        for tensor in tensors
    )


def _has_memory(tensor):
    try:
        return tensor.data_ptr() != 0 or tensor.numel() == 0
    except RuntimeError:  # batched, fake, sparse
        return False


def run_uncompiled(function: Callable, *arguments: Any) -> Any:
    """Call it, and where torch.compile is at work leave it out of the graph, as torch.nn's layers.

    An export has no such gap: it gets the function itself, and `is_plain` answers no.
    """
    exporting = getattr(torch.compiler, "is_exporting", torch.compiler.is_compiling)
    if torch.compiler.is_compiling() and not exporting():
        function = torch.compiler.disable(function)
    return function(*arguments)


def unroll(
    step: Callable, truncate: int | None, xs: torch.Tensor, states: Any, weights: Any
) -> tuple[torch.Tensor, ...]:
    """The other engine: every step of the cell seen by torch's autograd."""
    outputs = []
    for t, x in enumerate(xs.clone()):  # torch forbids changes in place of what is taken apart
        if truncate is not None and t and t % truncate == 0:
            states = [state.detach() for state in states]
        states = step(x, states, weights)
        outputs.append(states[0])
    return torch.stack(outputs), *states


def run_by_hand(
    recurrence: str,
    names: tuple[str, ...],
    options: dict[str, str],
    truncate: int | None,
    *tensors: torch.Tensor,
) -> tuple[torch.Tensor, ...]:
    """Outputs and last states from `bptt.trace_<recurrence>`, and gradients from its backward pass.

    `names` are the tensors' names there, `options` what else the trace is called with.
    """
    if torch.is_grad_enabled() and any(tensor.requires_grad for tensor in tensors):
        return _ByHand.apply(recurrence, names, options, truncate, *tensors)
    return _read_results(_trace(recurrence, dict(zip(names, tensors, strict=True)), options))


def _trace(recurrence, given, options):
    arrays = {name: _as_array(tensor) for name, tensor in given.items()}
    return getattr(bptt, f"trace_{recurrence}")(**arrays, **options)


def _read_results(trace):  # views: the layers stack the last states, which copies them
    states = [trace.hs[-1], *([trace.cs[-1]] if hasattr(trace, "cs") else [])]
    return _as_tensor(trace.hs[1:]), *map(_as_tensor, states)


class _ByHand(torch.autograd.Function):
    """A recurrence whose arguments and gradients have the names that they have in `bptt`."""

    @staticmethod
    def forward(ctx, recurrence, names, options, truncate, *tensors):
        given = dict(zip(names, tensors, strict=True))
        trace = _trace(recurrence, given, options)
        output, *last = _read_results(trace)
        # Torch lets go of what it saves after the backward pass, and refuses that pass where an
        # argument was changed in place: those are saved that torch.nn's gradient depends on.
        wanted = dict(zip(names, ctx.needs_input_grad[-len(names) :], strict=True))
        idle = set(names) - {"xs", "W_xh", "W_hh", "peepholes"}
        idle |= set() if wanted["W_xh"] else {"xs"}
        idle |= set() if wanted["xs"] or recurrence == "lstm" else {"W_xh"}
        kept = {n: a for n, a in vars(trace).items() if isinstance(a, (np.ndarray, torch.Tensor))}
        arguments = [tensor for name, tensor in given.items() if name not in idle]
        ctx.save_for_backward(*arguments, *map(_as_tensor, kept.values()))
        ctx.kept = list(kept)
        ctx.rest = {name: value for name, value in vars(trace).items() if name not in kept}
        ctx.recurrence, ctx.names, ctx.truncate = recurrence, names, truncate
        ctx.inputs = wanted["xs"]
        return output.clone(), *last  # what the caller does to it must not reach what is kept

    @staticmethod
    def backward(ctx, *arriving):
        saved = ctx.saved_tensors
        if torch.is_grad_enabled() or not all(map(_has_memory, arriving)):
            raise RuntimeError(
                "engine='by_hand' gives first derivatives only: use engine='autograd' where the "
                "gradient is to be differentiated again (create_graph=True) or batched "
                "(is_grads_batched=True, torch.func.vmap)"
            )
        arrays = map(_as_array, saved[-len(ctx.kept) :])
        trace = SimpleNamespace(**dict(zip(ctx.kept, arrays, strict=True)), **ctx.rest)
        douts, *last = map(_as_array, arriving)
        with torch.autocast(arriving[0].device.type, enabled=False):
            gradients = getattr(bptt, f"backward_{ctx.recurrence}")(
                trace, douts, **dict(zip(("dh_T", "dc_T"), last, strict=False)),
                truncate=ctx.truncate, inputs=ctx.inputs,
            )  # fmt: skip
        found = (gradients.get(name) for name in ctx.names)
        return None, None, None, None, *(None if g is None else _as_tensor(g) for g in found)


def _as_array(tensor):
    """The same memory as a NumPy array, whose small operations are faster, where it can be one."""
    tensor = tensor.data.resolve_conj().resolve_neg()
    if tensor.device.type == "cpu" and tensor.dtype in (torch.float32, torch.float64):
        return tensor.numpy()
    return tensor


def _as_tensor(array):
    return array if isinstance(array, torch.Tensor) else torch.from_numpy(array)
