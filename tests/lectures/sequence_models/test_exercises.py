"""Each check of lecture 01 on its typical mistakes; stubs and solutions are in tests/course."""

import numpy as np

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


test_a_right_answer_has_its_lesson = expect("right", exercises, [
    ("steps_to_forget", 12.0, "forgets within one sunspot cycle"),
    ("with_roots", roots(), "RMSE 15.4 instead of 17.4"),
    ("with_roots", roots(last=lambda p, train: np.r_[[np.nan] * 9, p[9:]]), "RMSE 15.4"),
    ("forecast_variance", sum_squares(), "for ever"),
    ("forecast_variance", lambda p, v, k: k * v if p == 1 else closed_form(p, v, k), "for"),
    ("pair_chain", pairs(), "looks two steps back"),
])  # fmt: skip
