"""The recurrences, forward and backward: ours by hand and by autograd, torch.nn, a textbook loop.

Every figure is a ratio of medians within one run, the candidates taking turns. "products only" is
the time that the matrix products alone would take at the rate measured here for a large product.
"""

import statistics
import time

import torch

from benchmarks import Row
from rnn_helpers.recurrences import layers

SIZES = ((35, 32, 64, 128), (100, 32, 32, 64), (64, 64, 128, 256), (128, 16, 16, 32))
GATES = {"RNN": 1, "GRU": 3, "LSTM": 4}
AGAINST_TORCH = {"RNN": 1.15, "GRU": 1.10, "LSTM": 0.75}
ROUNDS = 15


def run():
    """Measure each recurrence at each size with one thread and with two; return the rows."""
    rows, before = [], torch.get_num_threads()
    for threads in (1, 2):
        torch.set_num_threads(threads)
        rate = _measure_rate()
        rows.append(Row(f"{threads} thread, large product", rate / 1e9, "Gflop/s"))
        for kind in GATES:
            for size in SIZES:
                rows += _measure(kind, size, threads, rate)
    torch.set_num_threads(before)
    rows += [_measure_memory(kind) for kind in GATES]
    return rows


def _measure(kind, size, threads, rate):
    T, B, D, H = size
    x, weight = torch.randn(T, B, D, requires_grad=True), torch.randn(T, B, H)
    theirs = getattr(torch.nn, kind)(D, H)
    by_hand = getattr(layers, kind)(D, H)
    by_autograd = getattr(layers, kind)(D, H, engine="autograd")
    for module in (by_hand, by_autograd):
        module.load_state_dict(theirs.state_dict())
    runs = {
        "torch": lambda: theirs(x)[0],
        "by hand": lambda: by_hand(x)[0],
        "by autograd": lambda: by_autograd(x)[0],
        "textbook": lambda: _TEXTBOOK[kind](theirs, x),
    }
    modules = (theirs, by_hand, by_autograd)
    times = {name: [] for name in runs}
    for _ in range(ROUNDS + 2):
        for name, forward in runs.items():
            for parameter in (x, *(p for module in modules for p in module.parameters())):
                parameter.grad = None
            start = time.perf_counter()
            (forward() * weight).sum().backward()
            times[name].append(time.perf_counter() - start)
    median = {name: statistics.median(values[2:]) for name, values in times.items()}
    # forward, the input's gradient and the weights' gradient: three products of each kind
    products = 3 * 2 * T * B * (D + H) * GATES[kind] * H / rate
    head = f"{kind} {T}×{B}, {D}→{H}, {threads} thr"
    loop = 1.4 if H == 256 else 2.0
    return [
        Row(f"{head}: torch.nn", 1000 * median["torch"], "ms"),
        Row(f"{head}: torch.nn ÷ ours", median["torch"] / median["by hand"], "times",
            f"≥ {AGAINST_TORCH[kind]}"),
        Row(f"{head}: textbook ÷ ours", median["textbook"] / median["by hand"], "times",
            f"≥ {loop}"),
        Row(f"{head}: autograd ÷ ours", median["by autograd"] / median["by hand"], "times"),
        Row(f"{head}: products only ÷ ours", products / median["by hand"], "times"),
    ]  # fmt: skip


def _measure_rate():
    a = torch.randn(1024, 1024)
    times = []
    for _ in range(8):
        start = time.perf_counter()
        torch.mm(a, a)
        times.append(time.perf_counter() - start)
    return 2 * 1024**3 / min(times)


def _textbook_rnn(module, x):
    """A product for the input and one for the state at each step, gradients by autograd."""
    W_ih, W_hh, b_ih, b_hh = (p for p in module.parameters())
    h, outputs = x.new_zeros(x.shape[1], W_hh.shape[1]), []
    for x_t in x:
        h = torch.tanh(x_t @ W_ih.T + b_ih + h @ W_hh.T + b_hh)
        outputs.append(h)
    return torch.stack(outputs)


def _gates(module, x_t, h):
    """Each gate's two products of its own, as textbooks write them."""
    W_ih, W_hh, b_ih, b_hh = (p.chunk(len(p) // h.shape[1]) for p in module.parameters())
    for weights in zip(W_ih, W_hh, b_ih, b_hh, strict=True):
        yield x_t @ weights[0].T + weights[2], h @ weights[1].T + weights[3]


def _textbook_lstm(module, x):
    h = c = x.new_zeros(x.shape[1], module.hidden_size)
    outputs = []
    for x_t in x:
        i, f, g, o = (a + b for a, b in _gates(module, x_t, h))
        c = torch.sigmoid(f) * c + torch.sigmoid(i) * torch.tanh(g)
        h = torch.sigmoid(o) * torch.tanh(c)
        outputs.append(h)
    return torch.stack(outputs)


def _textbook_gru(module, x):
    h, outputs = x.new_zeros(x.shape[1], module.hidden_size), []
    for x_t in x:
        (x_r, h_r), (x_z, h_z), (x_n, h_n) = _gates(module, x_t, h)
        r, z = torch.sigmoid(x_r + h_r), torch.sigmoid(x_z + h_z)
        n = torch.tanh(x_n + r * h_n)
        h = (1 - z) * n + z * h
        outputs.append(h)
    return torch.stack(outputs)


_TEXTBOOK = {"RNN": _textbook_rnn, "GRU": _textbook_gru, "LSTM": _textbook_lstm}


def _measure_memory(kind):
    """Bytes that are kept between forward and backward, ours against torch.nn's.

    What autograd saves is counted once for each byte of memory; parameters and the input, which
    are there anyway, are left out.
    """
    T, B, D, H = SIZES[0]
    held = {}
    for name, library in (("torch", torch.nn), ("ours", layers)):
        module, x, saved = getattr(library, kind)(D, H), torch.randn(T, B, D), []
        x.requires_grad_()
        own = {t.untyped_storage().data_ptr() for t in (x, *module.parameters())}

        def note(tensor, saved=saved, own=own):
            storage = tensor.untyped_storage()
            if storage.data_ptr() not in own:
                saved.append((storage.data_ptr(), storage.data_ptr() + storage.nbytes()))
            return tensor

        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            output, _ = module(x)
        output.sum().backward()
        end = held[name] = 0
        for first, last in sorted(saved):  # two tensors may lie on the same memory
            held[name] += max(0, last - max(first, end))
            end = max(end, last)
    return Row(f"{kind}: bytes saved for backward, ours ÷ torch.nn", held["ours"] / held["torch"],
               "times", "≤ 1.25")  # fmt: skip
