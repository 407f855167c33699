"""Each check of lecture 04 on its typical mistakes; stubs and solutions are in tests/course."""

import numpy as np
import torch

from rnn_helpers.lectures.backpropagation_through_time import exercises
from tests.mistakes import expect


def _tanh(h):
    return 1 - h**2


def _relu(h):
    return h > 0


def relu(
    slope=_relu, *, carry=True, ahead=1, of=0, back=np.transpose, last=lambda dW, dh: dW,
    last_only=False,
):  # fmt: skip
    def answer(hs, W_hh, douts):
        dh, dW_hh = np.zeros_like(hs[0]), np.zeros_like(W_hh)
        for t in reversed(range(len(douts))):
            own = douts[t] * (not last_only or t == len(douts) - 1)
            da = (carry * dh + own) * slope(hs[t + ahead])
            dW_hh += hs[t + of].T @ da
            dh = da @ back(W_hh)
        return last(dW_hh, dh)

    return answer


def inputs_without_slope(hs, W_xh, W_hh, douts):
    dxs, dh = [], 0.0
    for own in douts[::-1]:
        dxs.insert(0, (own + dh) @ W_xh.T)
        dh = (own + dh) @ W_hh.T
    return np.array(dxs)


def inputs(slope=_tanh, *, last_only=False, carry=True, last=lambda dxs: dxs, ahead=1,
           back=np.transpose):  # fmt: skip
    def answer(hs, W_xh, W_hh, douts):
        dxs, dh = np.zeros((len(douts), len(hs[0]), len(W_xh))), np.zeros_like(hs[0])
        for t in reversed(range(len(douts))):
            whole = carry * dh + douts[t] * (not last_only or t == len(douts) - 1)
            dxs[t] = (whole * slope(hs[t + ahead])) @ W_xh.T
            dh = (whole * _tanh(hs[t + ahead])) @ back(W_hh)
        return last(dxs)

    return answer


test_a_typical_mistake_has_its_hint = expect("not yet", exercises, [
    ("terms", 4, "do not forget the use in step 5"),
    ("terms", 15, "for the losses of all five steps"), ("terms", 10, "count the products"),
    ("terms", float("nan"), "a whole number is expected here, not nan"),
    ("terms", "5", "a whole number is expected here, this is str"),
    ("terms", 1, "the use in step 5 alone"), ("terms", 7, "one term for each step"),
    ("relu", relu(_tanh), "1 − h² is the slope of tanh"),
    ("relu", relu(last=lambda dW, dh: dW.T), "transposed"),
    ("relu", relu(carry=False), "carry dh on from step to step"),
    ("relu", relu(lambda h: h >= 0), "ask where h > 0, not where h >= 0"),
    ("relu", relu(last_only=True), "the last step only"),
    ("relu", relu(last=lambda dW, dh: -dW), "only one line changes"),
    ("relu", relu(last=lambda dW, dh: dW * np.nan), "dW_hh holds nan"),
    ("relu", None, "a function is expected here, this is NoneType"),
    ("relu", lambda hs, W_hh: W_hh, "your function raised TypeError"),
    ("relu", relu(last=lambda dW, dh: "no"), "an array of numbers is expected, this is str"),
    ("relu", relu(ahead=0), "hs[t + 1], not of hs[t]"),
    ("relu", relu(back=np.asarray), "da @ W_hh.T"),
    ("relu", relu(of=1), "not hs[t + 1].T @ da"),
    ("relu", relu(last=lambda dW, dh: dW / 2), "the mean over the batch"),
    ("relu", relu(last=lambda dW, dh: dh), "dW_hh has shape (4, 4), yours has (2, 4)"),
    ("inputs", inputs(last_only=True), "the last step only"),
    ("inputs", inputs(carry=False), "its own loss only"),
    ("inputs", inputs(np.ones_like), "so da_t"),
    ("inputs", inputs(last=lambda dxs: dxs[::-1]), "turn them round"),
    ("inputs", inputs(back=np.asarray), "da @ W_hh.T"),
    ("inputs", inputs(ahead=0), "hs[t + 1], not of hs[t]"),
    ("inputs", inputs_without_slope, "the slope of tanh, 1 − h_t², is missing"),
    ("inputs", inputs(last=np.negative), "with the da_t of"),
    ("inputs", inputs(last=lambda dxs: dxs * np.inf), "dxs holds"),
    ("inputs", 3, "a function is expected here, this is int"),
    ("inputs", inputs(last=lambda dxs: dxs[0]), "dxs has shape (6, 2, 3), yours has (2, 3)"),
    ("count_kept", lambda T, k: sum(min(t + 1, k) for t in range(T)), "a window that moves along"),
    ("count_kept", lambda T, k: T // k * k * (k + 1) // 2, "the last block may be shorter"),
    ("count_kept", lambda T, k: -(-T // k) * k * (k + 1) // 2, "the last block may be"),
    ("count_kept", lambda T, k: sum(t % k for t in range(T)), "lag 0 counts"),
    ("count_kept", lambda T, k: T * T, "it is not 144"),
    ("count_kept", lambda T, k: float("nan"), "a whole number is expected here, not nan"),
    ("count_kept", lambda T, k: [30], "a whole number is expected here, this is list"),
    ("count_kept", lambda T, k: 29.6, "a whole number is expected here, not 29.6"),
])  # fmt: skip


def from_the_text(hs, W_hh, douts):
    """Written from the exercise alone: no loop over `backward`, one product at the end."""
    on = (np.asarray(hs)[1:] > 0).astype(float)
    das = np.zeros_like(douts)
    for t in range(len(douts) - 1, -1, -1):
        later = das[t + 1] @ W_hh.T if t + 1 < len(douts) else 0
        das[t] = on[t] * (douts[t] + later)
    return np.einsum("tbi,tbj->ij", hs[:-1], das)


def from_the_text_inputs(hs, W_xh, W_hh, douts):
    das = np.empty_like(douts)
    carried = 0.0
    for t in range(len(douts))[::-1]:
        das[t] = (1 - hs[t + 1]) * (1 + hs[t + 1]) * (douts[t] + carried)
        carried = np.einsum("bj,ij->bi", das[t], W_hh)
    return np.tensordot(das, W_xh, axes=(2, 1))


def by_autograd(hs, W_hh, douts):
    """A torch answer with a history: every state a leaf, and dW_hh by a product."""
    hs, W, douts = (torch.tensor(array, requires_grad=True) for array in (hs, W_hh, douts))
    dh, dW = torch.zeros_like(hs[0]), torch.zeros_like(W)
    for t in reversed(range(len(douts))):
        da = torch.where(hs[t + 1] > 0, dh + douts[t], 0.0)
        dW, dh = dW + hs[t].mT @ da, torch.nn.functional.linear(da, W)
    return dW


def in_type(function, make, back=lambda result: result):
    """The same with all arrays, and so the result, of another kind."""
    return lambda *arrays: back(function(*map(make, arrays)))


def by_torch(hs, W_hh, douts):
    dh, dW = torch.zeros_like(hs[0]), torch.zeros_like(W_hh)
    for t in reversed(range(len(douts))):
        da = (dh + douts[t]) * (hs[t + 1] > 0)
        dW += hs[t].T @ da
        dh = da @ W_hh.T
    return dW


def by_torch_inputs(hs, W_xh, W_hh, douts):
    dh, dxs = torch.zeros_like(hs[0]), []
    for t in reversed(range(len(douts))):
        da = (dh + douts[t]) * (1 - hs[t + 1] ** 2)
        dxs.insert(0, da @ W_xh.T)
        dh = da @ W_hh.T
    return torch.stack(dxs)


def half(array):
    return array.astype(np.float32)


PAIRS = "k (k + 1) / 2 for each whole block"

test_a_right_answer_in_any_spelling_is_right = expect("right", exercises, [
    *(("terms", answer, "one path to h_5")
      for answer in (5, 5.0, np.int64(5), np.float32(5), np.array(5), torch.tensor(5), 10 / 2)),
    *(("relu", answer, "lets the gradient pass unchanged; W_hh still multiplies") for answer in (
        relu(), from_the_text, by_autograd, in_type(relu(), half),
        in_type(by_torch, torch.tensor), in_type(by_torch, torch.Tensor),
        in_type(relu(), np.array, np.ndarray.tolist), in_type(from_the_text, half),
        relu(lambda h: np.sign(h)), relu(lambda h: np.where(h > 0, 1, 0)),
    )),
    *(("inputs", answer, "which input mattered") for answer in (
        inputs(), from_the_text_inputs, in_type(inputs(), half),
        in_type(from_the_text_inputs, half),
        in_type(by_torch_inputs, torch.tensor), in_type(by_torch_inputs, torch.Tensor),
        in_type(inputs(), np.array, list), in_type(inputs(), np.array, np.ndarray.tolist),
    )),
    *(("count_kept", answer, PAIRS) for answer in (
        lambda T, k: sum(t % k + 1 for t in range(T)),
        lambda T, k: T // k * k * (k + 1) // 2 + (T % k) * (T % k + 1) // 2,
        lambda T, k: T // k * k * (k + 1) / 2 + (T % k) * (T % k + 1) / 2,
        lambda T, k: len([1 for t in range(T) for s in range(t + 1) if t // k == s // k]),
        lambda T, k: np.sum(np.arange(T) % k + 1),
        lambda T, k: np.tril(np.equal.outer(np.arange(T) // k, np.arange(T) // k)).sum(),
        lambda T, k: torch.tensor(sum(t % k + 1 for t in range(T))),
    )),
])  # fmt: skip

test_nothing_returned_is_still_missing = expect("missing", exercises, [
    (check, lambda *arrays: None, "") for check in ("relu", "inputs", "count_kept")
])  # fmt: skip
