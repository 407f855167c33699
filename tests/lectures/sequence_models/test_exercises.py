"""Each check of lecture 01 on its typical mistakes; stubs and solutions are in tests/course."""

import math

import numpy as np
import torch

from rnn_helpers.lectures.sequence_models import exercises
from rnn_helpers.lectures.sequence_models.autoregressive import (
    fit_autoregressive,
    predict_autoregressive,
)
from tests.mistakes import expect


def roots(*, square=True, root=True, years=None, last=lambda predictions, train: predictions):
    def answer(counts, train):
        x = np.sqrt(counts) if root else counts
        model = fit_autoregressive(x[train if years is None else years], tau=9)
        predictions = predict_autoregressive(model, x)
        return last(predictions**2 if square else predictions, train)

    return answer


def pairs(column=lambda i, j, k, K: j * K + k, turn=lambda table: table):
    def answer(table):
        K = len(table)
        chain = np.zeros((K * K, K * K))
        for i, j, k in np.ndindex(table.shape):
            chain[i * K + j, column(i, j, k, K)] += turn(table)[i, j, k]
        return chain

    return answer


def sum_squares(more=0, power=2):
    return lambda phi, variance, k: variance * sum(phi ** (power * j) for j in range(k + more))


def closed_form(phi, variance, k):
    return variance * (1 - phi ** (2 * k)) / (1 - phi**2)


test_a_typical_mistake_has_its_hint = expect("not yet", exercises, [
    ("steps_to_forget", 11, "still more than a tenth"), ("steps_to_forget", 11.06, "whole years"),
    ("steps_to_forget", 5, "multiply"), ("steps_to_forget", 3, "0.535 is left"),
    ("steps_to_forget", -1, "first whole number"),
    ("steps_to_forget", -(10**5), "first whole number"),
    ("with_roots", roots(square=False), "still roots"),
    ("with_roots", roots(root=False, square=False), "AR(9) as before"),
    ("with_roots", roots(years=slice(None)), "has seen the held-out years"),
    ("with_roots", roots(root=False), "square last"),
    ("with_roots", roots(last=lambda p, train: p[train.stop :]), "shape (309,)"),
    ("with_roots", roots(last=lambda p, train: p * np.nan), "held-out years holds nan, which"),
    ("forecast_variance", closed_form, "at φ = 1"),
    ("forecast_variance", lambda p, v, k: closed_form(np.float64(p), v, k), "at φ = 1"),
    ("forecast_variance", sum_squares(1), "one noise too many"),
    ("forecast_variance", sum_squares(-1), "one noise too few"),
    ("forecast_variance", sum_squares(power=1), "square"),
    ("forecast_variance", lambda p, v, k: v, "one noise too few"),
    ("forecast_variance", lambda p, v, k: v * p ** (2 * k), "k = 1 must give σ², not 257.1"),
    ("forecast_variance", lambda p, v, k: v if k == 1 else 7.0, "is not 7"),
    ("forecast_variance", lambda p, v, k: [v, v], "this is list"),
    ("pair_chain", lambda table: pairs()(table).T, "columns sum to 1"),
    ("pair_chain", lambda table: table, "shape (4, 4)"),
    ("pair_chain", pairs(lambda i, j, k, K: i * K + k), "(j, k)"),
    ("pair_chain", pairs(turn=np.zeros_like), "every row must sum to 1, yours sum to [0. 0."),
    ("pair_chain", pairs(turn=lambda table: table[:, :, ::-1]), "wrong place"),
    ("pair_chain", lambda: 0, "raised TypeError"),
])  # fmt: skip


def decimal_power(phi, variance, k):
    total, factor = 0.0, 1.0
    while k > 0:
        total, factor, k = total + factor * factor, factor * phi, k - 1
    return variance * total


def by_recursion(phi, variance, k):  # Var_k = σ² + φ² Var_{k−1}
    return variance if k == 1 else variance + phi**2 * by_recursion(phi, variance, k - 1)


def roots_by_hand(counts, train):  # from the exercise's text alone: no helper of the lecture
    roots = [float(count) ** 0.5 for count in counts]
    rows = [[1.0, *reversed(roots[t - 9 : t])] for t in range(9, len(roots))]
    known = np.array(rows[: train.stop - 9])
    weights = np.linalg.solve(known.T @ known, known.T @ np.array(roots[9 : train.stop]))
    return [0.0] * 9 + [float(np.dot(row, weights)) ** 2 for row in rows]


def pairs_by_blocks(table):
    K = len(table)
    return [
        [table[i][j][k] if first == j else 0.0 for first in range(K) for k in range(K)]
        for i in range(K) for j in range(K)
    ]  # fmt: skip


def pairs_by_einsum(table):
    K = len(table)
    return np.einsum("ijk,jl->ijlk", table, np.eye(K)).reshape(K * K, K * K)


test_a_right_answer_has_its_lesson = expect("right", exercises, [
    *(("steps_to_forget", answer, "forgets within one sunspot cycle") for answer in (
        12, 12.0, np.int64(12), np.float32(12), np.array(12), torch.tensor(12), torch.tensor(12.0),
        int(np.ceil(np.log(0.1) / np.log(0.812))), np.ceil(np.log(0.1) / np.log(np.float32(0.812))),
        next(k for k in range(99) if 0.812**k < 0.1), 1 + math.floor(math.log(0.1, 0.812)),
    )),
    ("with_roots", roots(), "RMSE 15.4 instead of 17.4"),
    ("with_roots", roots(), "weighed down by as much has 17.7"),
    *(("with_roots", answer, "RMSE 15.4") for answer in (
        roots(last=lambda p, train: np.r_[[np.nan] * 9, p[9:]]),
        roots(last=lambda p, train: np.r_[[0.0] * 9, p[9:]]),
        roots(last=lambda p, train: p.astype(np.float32)), roots(last=lambda p, train: p.tolist()),
        roots(last=lambda p, train: torch.tensor(p, dtype=torch.float32)), roots_by_hand,
    )),
    *(("forecast_variance", answer, "for ever") for answer in (
        sum_squares(), decimal_power, by_recursion,
        lambda p, v, k: k * v if p == 1 else closed_form(p, v, k),
        lambda p, v, k: v * np.sum(np.float32(p) ** (2 * np.arange(k))),
        lambda p, v, k: v * np.sum(np.power(float(p), np.arange(0, 2 * k, 2))),
        lambda p, v, k: v * (torch.tensor(p) ** torch.arange(0, 2 * k, 2)).sum(),
        lambda p, v, k: np.array(sum_squares()(p, v, k)),
    )),
    *(("pair_chain", answer, "looks two steps back") for answer in (
        pairs(), pairs_by_blocks, pairs_by_einsum,
        lambda table: torch.tensor(pairs()(table), dtype=torch.float32),
        lambda table: pairs()(table).astype(np.float32), lambda table: pairs()(table).tolist(),
        lambda table: np.kron(np.ones((len(table), 1)), np.eye(len(table))).repeat(len(table), 1)
        * np.tile(table.reshape(-1, len(table)), len(table)),
    )),
])  # fmt: skip


test_no_answer_is_a_sentence = expect("not yet", exercises, [
    ("steps_to_forget", float("nan"), "whole years"), ("steps_to_forget", "12", "a whole number"),
    ("steps_to_forget", [12], "a whole number is expected here, this is list"),
    ("steps_to_forget", None, "this is NoneType"),
    ("with_roots", lambda counts, train: counts[:9], "shape (309,), yours has (9,)"),
    ("with_roots", None, "a function is expected"),
    ("forecast_variance", lambda p, v, k: np.nan, "must give σ², not nan"),
    ("forecast_variance", lambda p, v, k: "much", "a number is expected"),
    ("pair_chain", lambda table: np.full((len(table) ** 2,) * 2, np.nan), "not finite"),
    ("pair_chain", lambda table: "chain", "an array of numbers"),
])  # fmt: skip


test_nothing_returned_is_still_missing = expect("missing", exercises, [
    ("steps_to_forget", ..., ""), ("with_roots", lambda counts, train: None, ""),
    ("forecast_variance", lambda p, v, k: ..., ""), ("pair_chain", lambda table: None, ""),
])  # fmt: skip
