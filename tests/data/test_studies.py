"""Stored tables: read, selected from, and compared."""

import re

import numpy as np
import pytest
from scipy import stats

from rnn_helpers.data import studies
from rnn_helpers.data.studies import (
    StudyTable,
    compare_counts,
    compare_paired,
    list_studies,
    read_study,
)


@pytest.fixture
def table(tmp_path, monkeypatch):
    monkeypatch.setattr(studies, "TABLES", tmp_path)
    (tmp_path / "made_up.csv").write_text(
        "# 2026-01-01, Python 3\ncell,rate,seed,after\n"
        "RNN,0.003,0,25\nRNN,0.003,1,\nGRU,0.1,0,50\n",
        encoding="utf-8",
    )
    return read_study("made_up")


def test_columns_are_numbers_where_all_of_them_are(table):
    assert table.about == "2026-01-01, Python 3"
    assert table["seed"].dtype.kind == "i"
    assert table["rate"].dtype.kind == "f"
    assert table["cell"].tolist() == ["RNN", "RNN", "GRU"]
    assert np.isnan(table["after"]).tolist() == [False, True, False]
    assert len(table) == 3
    assert list_studies() == ["made_up"]


def test_select_takes_the_rows_with_these_values(table):
    assert table.select(cell="RNN", rate=3e-3)["seed"].tolist() == [0, 1]
    assert table.select(seed=0).select(cell="GRU")["rate"].tolist() == [0.1]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda t: t["loss"], "column must be one of 'cell', 'rate', 'seed', 'after', got 'loss'"),
        (lambda t: t.select(cell="LSTM"), "no row of the study has {'cell': 'LSTM'}"),
        (lambda t: read_study("nothing"), "name must be one of 'made_up', got 'nothing'"),
        (lambda t: compare_paired([1.0, 2.0], [1.0, 2.0]), "a must hold at least 3 results, got 2"),
        (lambda t: compare_paired([1.0, 2.0, 3.0], [1.0]), "b must have shape"),
        (lambda t: compare_counts([True], [True, False]), "b must have shape"),
    ],
)
def test_what_is_not_there_is_named(table, call, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        call(table)


def test_the_paired_comparison_is_scipys():
    rng = np.random.default_rng(0)
    a = rng.normal(size=12)
    b = a + 0.3 + 0.2 * rng.normal(size=12)
    ours, theirs = compare_paired(a, b), stats.ttest_rel(a, b)
    assert ours.p == pytest.approx(theirs.pvalue, rel=1e-9)
    interval = theirs.confidence_interval(0.99)
    assert (ours.low, ours.high) == pytest.approx((interval.low, interval.high))
    assert ours.differs
    assert not compare_paired(a, a + rng.normal(size=12)).differs


def test_equal_rows_do_not_differ_and_a_constant_step_does():
    assert compare_paired([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]).p == 1.0
    assert compare_paired([1.0, 2.0, 3.0], [0.5, 1.5, 2.5]).differs


@pytest.mark.parametrize(("only_a", "only_b"), [(0, 0), (8, 0), (5, 4), (2, 9)])
def test_counts_are_compared_by_the_binomial_test_of_the_seeds_that_disagree(only_a, only_b):
    a = [True] * only_a + [False] * only_b + [True, False]
    b = [False] * only_a + [True] * only_b + [True, False]
    n = only_a + only_b
    expected = stats.binomtest(only_a, n, 0.5).pvalue if n else 1.0
    assert compare_counts(a, b) == pytest.approx(expected)


def test_a_table_is_what_it_was_given():
    assert len(StudyTable("", {"seed": np.arange(4)}).select(seed=2)) == 1
