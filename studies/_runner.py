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
    done = {}
    if path.exists():
        for line in path.read_text(encoding="utf-8").splitlines():
            setting, rows = json.loads(line)
            done[json.dumps(setting)] = rows
    rows = []
    context = multiprocessing.get_context("spawn")
    with path.open("a", encoding="utf-8") as file, ProcessPoolExecutor(jobs, context) as pool:
        for number, stage in enumerate(study.stages, 1):
            settings = [s for s in stage(rows) if not _is_among(s, rows)]
            missing = [s for s in settings if json.dumps(s) not in done]
            missing.sort(key=study.cost, reverse=True)  # the long ones first, so that none is late
            futures = {pool.submit(run_cell, name, s): s for s in missing}
            bar = tqdm(
                total=round(sum(map(study.cost, missing))), unit="s", disable=not missing,
                desc=f"{name}, stage {number} of {len(study.stages)}", file=sys.stdout,
                bar_format="{desc}: {percentage:3.0f} %|{bar}| {elapsed}, {remaining} left",
            )  # fmt: skip
            try:
                for future in as_completed(futures):
                    setting = futures[future]
                    done[json.dumps(setting)] = found = future.result()
                    file.write(json.dumps([setting, found]) + "\n")
                    file.flush()
                    bar.update(study.cost(setting))
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            finally:
                bar.close()
            rows += [row for setting in settings for row in done[json.dumps(setting)]]
    write_table(name, rows)
    path.unlink()


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
