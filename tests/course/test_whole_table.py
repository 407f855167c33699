"""The table at the end of the series: each number stands in the stored outputs of its lecture."""

import math
import re

import pytest

from tests.notebooks import ROOT, read_lecture

LINK = re.compile(r"\((\d\d_\w+\.ipynb)\)")
NUMBER = re.compile(r"(?<![\d.,])\d[\d,]*(?:\.\d+)?(?![\d,]*\d)")


def _read_table():
    cells = read_lecture(ROOT / "notebooks" / "09_attention.ipynb").cells
    (cell,) = [cell for cell in cells if "## The whole table" in cell.source]
    rows = [line for line in cell.source.splitlines() if line.startswith("| ")]
    heads, *rows = [[part.strip() for part in row.strip("|").split("|")] for row in rows]
    return [dict(zip(heads, row, strict=True)) for row in rows if set(row[0]) - set("-")]


def _read_outputs(name):
    cells = read_lecture(ROOT / "notebooks" / name).cells
    outputs = [output for cell in cells for output in cell.get("outputs", ())]
    texts = [out.get("text") or out.get("data", {}).get("text/plain", "") for out in outputs]
    return set(NUMBER.findall("\n".join(texts)))


def test_the_table_reaches_from_the_first_lecture_to_the_last_model():
    lectures = {LINK.search(row["lecture"])[1][:2] for row in _read_table()}
    assert lectures >= {"01", "02", "03", "04", "06", "07", "08"}


@pytest.mark.parametrize("row", _read_table(), ids=lambda row: row["model"])
def test_each_number_was_measured(row):
    outputs = _read_outputs(LINK.search(row["lecture"])[1])
    heads = ("parameters", "RMSE, sunspots", "nats per character")
    numbers = [number for head in heads for number in NUMBER.findall(row[head])]
    assert numbers
    assert [number for number in numbers if number not in outputs] == []


@pytest.mark.parametrize(
    "row", [row for row in _read_table() if row["perplexity"] not in ("", "–")],
    ids=lambda row: row["model"],
)  # fmt: skip
def test_the_perplexity_is_that_of_the_nats(row):
    nats = [float(number) for number in NUMBER.findall(row["nats per character"])]
    perplexities = [float(number) for number in NUMBER.findall(row["perplexity"])]
    assert len(nats) == len(perplexities) >= 1
    for value, perplexity in zip(nats, perplexities, strict=True):
        assert perplexity == pytest.approx(math.exp(value), abs=0.06 + 0.006 * perplexity)
