"""Every study: its stored table is whole, and its cheapest run still begins as it is stored."""

import importlib
import math
import sys
from types import SimpleNamespace

import pytest

from rnn_helpers.data.studies import TABLES, list_studies, read_study
from studies import Study, _runner, choose, make_grid
from studies.__main__ import NAMES, main


def _load(name):
    return importlib.import_module(f"studies.{name}").STUDY


def _read_rows(name):
    table = read_study(name)
    columns = [column.tolist() for column in table.columns.values()]
    return [dict(zip(table.columns, row, strict=True)) for row in zip(*columns, strict=True)]


def _find(setting, rows):
    return [row for row in rows if setting.items() <= row.items()]


def test_every_study_has_a_table_and_every_table_a_study():
    assert len(NAMES) >= 8
    assert list_studies() == NAMES


def test_all_tables_together_are_small():
    assert sum(path.stat().st_size for path in TABLES.iterdir()) <= 1_000_000


@pytest.mark.parametrize("name", NAMES)
def test_the_table_holds_every_setting_of_the_grid_and_every_seed(name):
    study, rows, settings = _load(name), _read_rows(name), []
    for stage in study.stages:  # a later one chooses by what the earlier ones found
        settings += stage([row for setting in settings for row in _find(setting, rows)])
    assert [setting for setting in settings if not _find(setting, rows)] == []
    assert [row for row in rows if not any(s.items() <= row.items() for s in settings)] == []
    if "seed" in rows[0]:
        groups = {}
        for setting in settings:
            rest = tuple(value for key, value in setting.items() if key != "seed")
            groups.setdefault(rest, set()).add(setting["seed"])
        assert all(seeds == set(range(len(seeds))) for seeds in groups.values())


@pytest.mark.parametrize("name", NAMES)
def test_the_cheapest_run_gives_what_is_stored(name):
    """Its first row does; of the later ones a machine's rounding makes another seed at most."""
    study, rows = _load(name), _read_rows(name)
    stored, others = _find(study.cheap, rows), _find_other_seeds(study.cheap, rows)
    found = _runner.run_cell(name, study.cheap)
    assert len(found) == len(stored) >= 1
    for number, (new, old) in enumerate(zip(found, stored, strict=True)):
        for column, value in new.items():
            strict = number == 0 < len(found) - 1
            seeds = [old[column]] if strict else [row[number][column] for row in others]
            assert _lies_among(value, old[column], seeds, study.tolerance), (column, value, seeds)


def _find_other_seeds(setting, rows):
    """The rows of each seed at this setting, its own among them."""
    if "seed" not in setting:
        return [_find(setting, rows)]
    seeds = sorted({row["seed"] for row in rows})
    found = [_find(setting | {"seed": seed}, rows) for seed in seeds]
    return [each for each in found if each]


def _lies_among(value, stored, seeds, tolerance):
    if value == "":  # as where nothing was learned
        return any(isinstance(seed, float) and math.isnan(seed) for seed in seeds)
    if value == stored or isinstance(value, str):
        return value == stored
    numbers = [seed for seed in seeds if not math.isnan(seed)]
    low, high = min(numbers), max(numbers)
    slack = (high - low) / 2 + tolerance * max(abs(low), abs(high)) + 1e-9
    return low - slack <= value <= high + slack


@pytest.fixture
def toy(tmp_path, monkeypatch):
    """A study of two stages under the name “toy”, its runs recorded; `fail_at` breaks one."""
    record = SimpleNamespace(runs=[], fail_at=None, folder=tmp_path)

    def run(rate, seed):
        if len(record.runs) == record.fail_at:
            raise KeyboardInterrupt
        record.runs.append((rate, seed))
        return {"loss": rate + seed / 1000}

    stages = (
        lambda rows: make_grid(rate=[0.2, 0.1], seed=[0]),
        lambda rows: make_grid(rate=[choose(rows, "rate", "loss")], seed=[0, 1, 2]),
    )
    study = Study(run, stages, lambda setting: 1.0, {"rate": 0.1, "seed": 0})
    monkeypatch.setitem(sys.modules, "studies.toy", SimpleNamespace(STUDY=study))
    monkeypatch.setattr(_runner, "TABLES", tmp_path)
    monkeypatch.setattr(_runner, "PARTIAL", tmp_path / "partial")
    return record


WHOLE = ["rate,seed,loss", "0.2,0,0.2", "0.1,0,0.1", "0.1,1,0.101", "0.1,2,0.102"]


def test_a_later_stage_chooses_by_the_earlier_and_nothing_runs_twice(toy, capsys):
    _runner.run_study("toy", 1)
    about, *lines = (toy.folder / "toy.csv").read_text(encoding="utf-8").splitlines()
    assert about.startswith("# ")
    assert "Python" in about
    assert "PyTorch" in about
    assert lines == WHOLE
    assert toy.runs == [(0.2, 0), (0.1, 0), (0.1, 1), (0.1, 2)]
    assert "stage 2 of 2" in capsys.readouterr().out


@pytest.mark.parametrize("fail_at", [0, 1, 3])
def test_an_interrupted_study_goes_on_where_it_was(toy, fail_at):
    toy.fail_at = fail_at
    with pytest.raises(KeyboardInterrupt):
        _runner.run_study("toy", 1)
    assert not (toy.folder / "toy.csv").exists()
    toy.fail_at = None
    _runner.run_study("toy", 1)
    assert (toy.folder / "toy.csv").read_text(encoding="utf-8").splitlines()[1:] == WHOLE
    assert len(toy.runs) == len(set(toy.runs)) == 4
    assert list((toy.folder / "partial").iterdir()) == []


def test_several_processes_store_what_one_does(tmp_path, monkeypatch):
    monkeypatch.setattr(_runner, "TABLES", tmp_path)
    monkeypatch.setattr(_runner, "PARTIAL", tmp_path / "partial")
    _runner.run_study("order", 2)
    stored = (TABLES / "order.csv").read_text(encoding="utf-8").splitlines()[1:]
    assert (tmp_path / "order.csv").read_text(encoding="utf-8").splitlines()[1:] == stored


def test_a_name_that_is_no_study_is_refused(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["studies", "nothing"])
    with pytest.raises(SystemExit):
        main()
    assert "no study is called 'nothing'; there are" in capsys.readouterr().err
