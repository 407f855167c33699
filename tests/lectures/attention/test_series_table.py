"""The table of the series: what it says of each row, and what it does not tell apart."""

import re

import numpy as np
import pytest

from rnn_helpers import data
from rnn_helpers.data.studies import read_study
from rnn_helpers.lectures.attention.series_table import (
    TASKS,
    SeriesRow,
    SeriesTable,
    compute_series_table,
)
from rnn_helpers.models.forecasting import train_forecaster

NOISE = np.array([-0.02, 0.01, 0.03, -0.01, 0.0])


def make_table(counts=False, **results):
    rows = tuple(SeriesRow(name, "09", np.atleast_1d(r)) for name, r in results.items())
    return SeriesTable("A task", rows, 2, counts)


def test_only_a_paired_test_tells_two_rows_apart():
    table = make_table(a=1 + NOISE, b=1.01 + NOISE[::-1], c=2 + NOISE, d=1.004)
    alike = {row.model: table.find_alike(row) for row in table.rows}
    assert alike == {"a": [2, 4], "b": [1, 4], "c": [], "d": [1, 2]}


def test_two_numbers_without_seeds_are_as_they_are():
    table = make_table(a=1.0, b=1.1, c=1.0)
    assert [table.find_alike(row) for row in table.rows] == [[3], [], [1]]


def test_successes_are_compared_as_counts():
    table = make_table(counts=True, a=np.ones(20), b=np.repeat([1, 0], [18, 2]), c=np.zeros(20))
    assert [table.find_alike(row) for row in table.rows] == [[2], [1], []]
    assert "18 of 20" in repr(table)


def test_the_page_and_the_text_hold_the_same_cells():
    row = SeriesRow("GRU <1>", "07", 1 + NOISE, 1234, 0.01, "300")
    table = SeriesTable("A task", (row,), 2, False)
    text, page = repr(table), table._repr_html_()
    for cell in ("1,234", "300 at 0.01", "1.00 (0.98 to 1.03)"):
        assert cell in text
        assert f">{cell}</td>" in page
    assert "GRU &lt;1&gt; (07)" in page
    assert "A task; 5 seeds" in text
    assert "A task; 5 seeds" in page
    assert page.count('<th scope="col"') == 6  # a phone shows them beside one another


@pytest.mark.parametrize("counts", [True, False])
def test_each_cell_stands_below_its_head_and_the_result_beside_the_model(counts):
    row = SeriesRow("GRU", "07", np.repeat([1.0, 0.0], [3, 1]), 1234, 0.01, "300")
    _, heads, cells = repr(SeriesTable("A task", (row,), 2, counts)).splitlines()
    found = {head: cells[heads.index(head) :].split("  ")[0] for head in re.split("  +", heads)}
    result = ("learned", "3 of 4") if counts else ("mean (range)", "0.75 (0.00 to 1.00)")
    assert found == {
        "": "1", "model (lecture)": "GRU (07)", result[0]: result[1],
        "not told apart from": "–", "updates at a rate": "300 at 0.01", "parameters": "1,234",
    }  # fmt: skip


@pytest.mark.parametrize("task", TASKS)
def test_the_best_row_stands_first_and_every_seed_is_counted(task):
    table = compute_series_table(task)
    means = [row.mean for row in table.rows]
    assert means == sorted(means, reverse=task in ("agreement", "dates"))
    assert len({row.model for row in table.rows}) == len(table.rows) >= 8
    assert {len(row.results) for row in table.rows} <= {1, 5, 10, 20}


def test_the_rows_are_those_of_the_lectures():
    rows = {row.model: row for row in compute_series_table("sunspots").rows}
    assert rows["persistence"].mean == pytest.approx(30.436, abs=1e-3)
    assert rows["AR(9)"].mean == pytest.approx(17.437, abs=1e-3)
    years, counts = data.load_sunspots()
    n_train, row = data.split_years(years)[0].stop, rows["RNN, 8 units"]
    network = train_forecaster(counts, n_train=n_train, seed=0, cell="RNN", learning_rate=row.rate)
    assert row.results[0] == pytest.approx(network.rmse, rel=0.02)
    assert row.parameters == network.n_parameters == 97


def test_the_rows_of_the_dates_are_of_the_updates_that_they_name():
    study = read_study("dates").select(part="held out")
    for row in compute_series_table("dates").rows:
        score, updates = row.model.removesuffix(" updates").split(", ")
        found = study.select(score=score, updates=int(updates))
        np.testing.assert_array_equal(row.results, found["accuracy"])
        assert (row.updates, row.rate) == (updates, found["learning_rate"][0])
        assert row.parameters == found["parameters"][0]


def test_a_count_of_successes_is_no_mean():
    for counts, head in ((True, "learned"), (False, "mean (range)")):
        table = make_table(counts=counts, a=np.ones(20))
        assert f"  {head}" in repr(table)
        assert f">{head}</th>" in table._repr_html_()


def test_the_tables_reach_from_the_first_lecture_to_the_last():
    rows = [row for task in TASKS for row in compute_series_table(task).rows]
    assert {row.lecture for row in rows} >= {"01", "02", "03", "06", "07", "08", "09"}


def test_an_unknown_task_is_refused():
    with pytest.raises(ValueError, match="task must be one of 'sunspots'"):
        compute_series_table("speech")
