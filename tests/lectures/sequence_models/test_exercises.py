"""The checks of lecture 01: what they accept, and what they say to typical mistakes."""

import numpy as np
import pytest

from rnn_helpers.lectures.sequence_models import exercises
from rnn_helpers.lectures.sequence_models.autoregressive import (
    fit_autoregressive,
    predict_autoregressive,
)


def fit_roots(counts, train, *, square=True, root=True, years=None):
    x = np.sqrt(counts) if root else counts
    predictions = predict_autoregressive(
        fit_autoregressive(x[train if years is None else years], tau=9), x
    )
    return predictions**2 if square else predictions


def place_pairs(table, row, column):
    K = len(table)
    chain = np.zeros((K * K, K * K))
    for i, j, k in np.ndindex(table.shape):
        chain[row(i, j, k, K), column(i, j, k, K)] += table[i, j, k]
    return chain


def pairs(table):
    return place_pairs(table, lambda i, j, k, K: i * K + j, lambda i, j, k, K: j * K + k)


def sum_squares(phi, noise_variance, k):
    return noise_variance * sum(phi ** (2 * j) for j in range(k))


def closed_form(phi, noise_variance, k):
    return noise_variance * (1 - phi ** (2 * k)) / (1 - phi**2)


CASES = [
    ("check_steps_to_forget", 12, "right", "forgets within one sunspot cycle"),
    ("check_steps_to_forget", 12.0, "right", ""),
    ("check_steps_to_forget", ..., "missing", "three dots"),
    ("check_steps_to_forget", 11, "not yet", "still more than a tenth"),
    ("check_steps_to_forget", 5, "not yet", "multiply"),
    ("check_steps_to_forget", 3, "not yet", "0.535 is left"),
    ("check_steps_to_forget", -1, "not yet", "first whole number"),
    ("check_steps_to_forget", "12", "not yet", "this is str"),
    ("check_steps_to_forget", True, "not yet", "this is bool"),
    ("check_with_roots", fit_roots, "right", "RMSE 15.4 instead of 17.4"),
    ("check_with_roots", ..., "missing", ""),
    ("check_with_roots", lambda counts, train: ..., "missing", ""),
    ("check_with_roots", lambda c, t: fit_roots(c, t, square=False), "not yet", "still roots"),
    ("check_with_roots", lambda c, t: fit_roots(c, t, root=False, square=False), "not yet",
     "AR(9) as before"),
    ("check_with_roots", lambda c, t: fit_roots(c, t, years=slice(None)), "not yet",
     "has seen the held-out years"),
    ("check_with_roots", lambda c, t: fit_roots(c, t, root=False), "not yet", "square last"),
    ("check_with_roots", lambda c, t: fit_roots(c, t)[t.stop :], "not yet", "shape (309,)"),
    ("check_with_roots", lambda c, t: c * np.nan, "not yet", "not finite"),
    ("check_with_roots", lambda c, t: 1 / 0, "not yet", "raised ZeroDivisionError"),
    ("check_forecast_variance", sum_squares, "right", "for ever"),
    ("check_forecast_variance", lambda p, v, k: k * v if p == 1 else closed_form(p, v, k),
     "right", ""),
    ("check_forecast_variance", lambda p, v, k: ..., "missing", ""),
    ("check_forecast_variance", closed_form, "not yet", "at φ = 1"),
    ("check_forecast_variance", lambda p, v, k: sum_squares(p, v, k + 1), "not yet",
     "one noise too many"),
    ("check_forecast_variance", lambda p, v, k: sum_squares(p, v, k - 1) or v, "not yet",
     "one noise too few"),
    ("check_forecast_variance", lambda p, v, k: v * sum(p**j for j in range(k)), "not yet",
     "square"),
    ("check_forecast_variance", lambda p, v, k: v, "not yet", "one noise too few"),
    ("check_forecast_variance", lambda p, v, k: v * p ** (2 * k), "not yet",
     "k = 1 must give σ², not 257.1"),
    ("check_forecast_variance", lambda p, v, k: v if k == 1 else 7.0, "not yet", "is not 7"),
    ("check_forecast_variance", lambda p, v, k: [v, v], "not yet", "this is list"),
    ("check_forecast_variance", lambda p, v, k: "big", "not yet", "this is str"),
    ("check_forecast_variance", lambda p, v, k: "5", "not yet", "this is str"),
    ("check_forecast_variance", lambda p, v, k: 5j, "not yet", "this is complex"),
    ("check_pair_chain", pairs, "right", "looks two steps back"),
    ("check_pair_chain", lambda table: ..., "missing", ""),
    ("check_pair_chain", lambda table: pairs(table).T, "not yet", "columns sum to 1"),
    ("check_pair_chain", lambda table: table, "not yet", "shape (4, 4)"),
    ("check_pair_chain", lambda t: place_pairs(
        t, lambda i, j, k, K: i * K + j, lambda i, j, k, K: i * K + k), "not yet", "(j, k)"),
    ("check_pair_chain", lambda table: np.zeros((len(table) ** 2,) * 2), "not yet", "sum to 1"),
    ("check_pair_chain", lambda table: pairs(table[:, :, ::-1]), "not yet", "wrong place"),
    ("check_pair_chain", lambda: 0, "not yet", "raised TypeError"),
    ("check_pair_chain", 5, "not yet", "a function is expected"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("check", "answer", "status", "message"),
    CASES,
    ids=[f"{c[0]}-{i}" for i, c in enumerate(CASES)],
)
def test_what_a_check_says(check, answer, status, message):
    with np.errstate(all="ignore"):
        feedback = getattr(exercises, check)(answer)
    assert feedback.status == status, feedback
    assert message in feedback.message
