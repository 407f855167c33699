"""Runs a study: its cells in several processes, what is finished kept at once, then the table."""

import csv
import datetime
import importlib
import json
import multiprocessing
import platform
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import numpy as np
from tqdm import tqdm

from rnn_helpers.data.studies import TABLES

PARTIAL = Path(__file__).with_name("partial")


def run_cell(name, setting):
    """One run of a study, on one thread: its rows, settings first."""
    import torch

    torch.set_num_threads(1)
    results = importlib.import_module(f"studies.{name}").STUDY.run(**setting)
    return [setting | row for row in (results if isinstance(results, list) else [results])]


def run_study(name, jobs):
    """Run what is missing of a study, stage by stage, and write its table."""
    study, path = importlib.import_module(f"studies.{name}").STUDY, PARTIAL / f"{name}.jsonl"
    PARTIAL.mkdir(exist_ok=True)
    done, rows = {}, []
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            setting, found = json.loads(line)
            done[json.dumps(setting)] = found
    with path.open("a", encoding="utf-8") as file:
        for number, stage in enumerate(study.stages, 1):
            settings = [setting for setting in stage(rows) if not _is_among(setting, rows)]
            missing = [setting for setting in settings if json.dumps(setting) not in done]
            missing.sort(key=study.cost, reverse=True)  # the long ones first, so that none is late
            with tqdm(
                total=sum(map(study.cost, missing)) or 1, disable=not missing, file=sys.stdout,
                desc=f"{name}, stage {number} of {len(study.stages)}",
                bar_format="{desc}: {percentage:3.0f} %|{bar}| {elapsed}, {remaining} left",
            ) as bar:  # fmt: skip
                for setting, found in _run_cells(name, missing, jobs):
                    done[json.dumps(setting)] = found
                    file.write(json.dumps([setting, found]) + "\n")
                    file.flush()
                    bar.update(study.cost(setting))
            rows += [row for setting in settings for row in done[json.dumps(setting)]]
    write_table(name, rows)
    path.unlink()


def _run_cells(name, settings, jobs):
    """Each setting and its rows, as they come; one job runs them here, more in other processes."""
    if jobs == 1 or not settings:
        yield from ((setting, run_cell(name, setting)) for setting in settings)
        return
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        futures = {pool.submit(run_cell, name, setting): setting for setting in settings}
        try:
            for future in as_completed(futures):
                yield futures[future], future.result()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _is_among(setting, rows):
    """Whether an earlier stage has run it: it is not run or stored twice."""
    return any(setting.items() <= row.items() for row in rows)


def write_table(name, rows):
    """Store rows as text, with the date and the versions above them."""
    import torch

    columns = list(dict.fromkeys(column for row in rows for column in row))
    with (TABLES / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
        file.write(
            f"# {datetime.date.today()}, Python {platform.python_version()}, NumPy "
            f"{np.__version__}, PyTorch {torch.__version__.partition('+')[0]}\n"
        )
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_format(row.get(column, "")) for column in columns])


def _format(value):
    return f"{value:.5g}" if isinstance(value, float) else value
