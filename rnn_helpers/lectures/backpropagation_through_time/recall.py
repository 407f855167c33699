"""Delayed recall: a task with a target, and what a truncated gradient loses of its mean.

A tanh network reads normal numbers x_t and is asked at every step for the one d steps before:
ŷ_t = h_t W_hy + b_y is to be x_{t−d}. What a gradient has to tell W_hh spans d steps.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rnn_helpers.recurrences.bptt import backward_rnn, trace_rnn
from rnn_helpers.validation import check_choice, check_integer, check_number


@dataclass(frozen=True)
class TruncationBias:
    """The mean of many batches' gradients of W_hh, cut every k steps, beside the mean of the whole.

    Attributes
    ----------
    bias : float
        ‖mean of g_k − g‖ / ‖mean of g‖ over all batches.
    noise : float
        The standard error of that numerator over ‖mean of g‖: what `bias` would be about if nothing
        were lost in the mean.
    whole_noise : float
        The standard error of the mean of g over its norm; about 1 where E g is 0.
    lost : array (n_batches,)
        ‖mean of the first n lost parts g_k − g‖, for n = 1, 2, …
    loss : float
        The mean loss of the batches.
    """

    k: int
    bias: float
    noise: float
    whole_noise: float
    lost: np.ndarray
    loss: float


@dataclass(frozen=True)
class RecallRun:
    """A network trained on delayed recall.

    Attributes
    ----------
    losses : array (updates,)
        The mean squared error of each batch before its update.
    mse : float
        On 512 new sequences; 1 is the variance of the target.
    """

    weights: Mapping[str, np.ndarray]
    losses: np.ndarray
    mse: float


def train_recall(
    *, k: int | None = None, delay: int = 5, updates: int = 300, seed: int = 0,
    length: int = 40, hidden_size: int = 16, batch_size: int = 64, learning_rate: float = 1e-2,
) -> RecallRun:  # fmt: skip
    """Train on delayed recall with Adam, the gradient cut every k steps, or whole for None.

    All weights begin uniform in ±1/√H, as torch's; the seed fixes them and the sequences.
    """
    settings = _check_settings(delay, length, hidden_size, batch_size, seed)
    k = None if k is None else check_integer("k", k, minimum=1)
    updates = check_integer("updates", updates, minimum=0)
    check_number("learning_rate", learning_rate, exclusive_minimum=0)
    weights = _draw_weights(hidden_size, seed)
    mean, square = ({name: np.zeros_like(w) for name, w in weights.items()} for _ in range(2))
    rng, losses = np.random.default_rng([seed, 6]), np.empty(updates)
    for step in range(1, updates + 1):
        losses[step - 1], (gradients,) = _differentiate(weights, rng, settings, "recall", [k])
        for name, gradient in gradients.items():  # Adam
            mean[name] = 0.9 * mean[name] + 0.1 * gradient
            square[name] = 0.999 * square[name] + 0.001 * gradient**2
            size = np.sqrt(square[name] / (1 - 0.999**step)) + 1e-8
            change = learning_rate * mean[name] / (1 - 0.9**step) / size
            weights[name] = weights[name] - change
    test = {**settings, "batch_size": 512}
    mse, _ = _differentiate(weights, np.random.default_rng([seed, 7]), test, "recall", [])
    return RecallRun(weights, losses, mse)


def compute_truncation_bias(
    *, k: int, task: str = "recall", delay: int = 5, updates: int = 0, seed: int = 0,
    n_batches: int = 200, length: int = 40, hidden_size: int = 16, batch_size: int = 64,
) -> TruncationBias:  # fmt: skip
    """‖E g_k − E g‖ / ‖E g‖ of the gradient of W_hh, with means of many batches for E.

    Both gradients are taken of the same batches, so that only what is lost differs.

    Parameters
    ----------
    task
        "recall": the mean squared error of delayed recall. "random": the mean over steps of
        v · h_t, each v drawn anew; E g is 0 there, for −v is as likely as v.
    updates
        Of training with the whole gradient before it is measured; none for "random".

    Examples
    --------
    >>> result = compute_truncation_bias(k=5, n_batches=50)
    >>> result.bias > 20 * result.noise
    True
    """
    settings = _check_settings(delay, length, hidden_size, batch_size, seed)
    k = check_integer("k", k, minimum=1)
    check_choice("task", task, ("recall", "random"))
    n_batches = check_integer("n_batches", n_batches, minimum=2)
    updates = check_integer("updates", updates, minimum=0)
    if task == "random" and updates:
        raise ValueError(f"updates must be 0 for a loss without a target, got {updates}")
    weights = _train_once(
        delay=delay, updates=updates, seed=seed, length=length, hidden_size=hidden_size,
        batch_size=batch_size,
    )  # fmt: skip
    rng, losses = np.random.default_rng([seed, 8]), np.empty(n_batches)
    whole, lost = (np.empty((n_batches, hidden_size**2)) for _ in range(2))
    for n in range(n_batches):
        losses[n], (all_, cut) = _differentiate(weights, rng, settings, task, [None, k])
        whole[n], lost[n] = all_["W_hh"].ravel(), (cut["W_hh"] - all_["W_hh"]).ravel()
    size = float(np.linalg.norm(whole.mean(axis=0)))
    running = np.cumsum(lost, axis=0) / np.arange(1, n_batches + 1)[:, None]
    return TruncationBias(
        k,
        float(np.linalg.norm(running[-1]) / size),
        _standard_error(lost) / size,
        _standard_error(whole) / size,
        np.linalg.norm(running, axis=1),
        float(losses.mean()),
    )


def _check_settings(delay, length, hidden_size, batch_size, seed):
    check_integer("seed", seed, minimum=0)
    check_integer("hidden_size", hidden_size, minimum=1)
    length = check_integer("length", length, minimum=2)
    return {
        "length": length,
        "delay": check_integer("delay", delay, minimum=0, maximum=length - 1),
        "batch_size": check_integer("batch_size", batch_size, minimum=1),
    }


def _draw_weights(H, seed):
    rng, bound = np.random.default_rng([seed, 5]), 1 / np.sqrt(H)
    shapes = {"W_xh": (1, H), "W_hh": (H, H), "b_h": (H,), "W_hy": (H, 1), "b_y": (1,)}
    return {name: rng.uniform(-bound, bound, size=shape) for name, shape in shapes.items()}


@lru_cache(maxsize=8)
def _train_once(**settings):
    """The weights of a training; kept, for one network is measured at several k."""
    return train_recall(**settings).weights


def _differentiate(weights, rng, settings, task, cuts):
    """The loss of a new batch, and the gradients of all weights for each way to cut."""
    T, B, d = (settings[name] for name in ("length", "batch_size", "delay"))
    xs = rng.normal(size=(T, B, 1))
    h0 = np.zeros((B, len(weights["W_hh"])))
    trace = trace_rnn(xs, h0, weights["W_xh"], weights["W_hh"], weights["b_h"])
    hs, own = trace.hs[1:], {}
    if task == "random":
        douts = rng.normal(size=hs.shape) / (T * B)
        loss = (douts * hs).sum()
    else:
        errors = hs @ weights["W_hy"] + weights["b_y"]  # ŷ − y
        errors[d:] -= xs[: T - d]
        errors[:d] = 0.0  # nothing is asked before there is an answer
        count = (T - d) * B
        loss, dys = (errors**2).sum() / count, 2 * errors / count
        own = {"W_hy": np.tensordot(hs, dys, ((0, 1), (0, 1))), "b_y": dys.sum(axis=(0, 1))}
        douts = dys @ weights["W_hy"].T
    names = ("W_xh", "W_hh", "b_h")
    swept = (backward_rnn(trace, douts, truncate=k, inputs=False) for k in cuts)
    return float(loss), [{**own, **{name: sweep[name] for name in names}} for sweep in swept]


def _standard_error(rows):
    """Of the mean of the rows, as a length: √(sum of the variances / their number)."""
    return float(np.sqrt(rows.var(axis=0, ddof=1).sum() / len(rows)))
