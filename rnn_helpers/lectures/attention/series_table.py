"""The table of the series: what every model reaches on a task, and which cannot be told apart."""

import html
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_helpers import data
from rnn_helpers.data.studies import StudyTable, compare_counts, compare_paired, read_study
from rnn_helpers.validation import check_choice

_CELLS = {"RNN": "02", "SimplifiedGRU": "07", "GRU": "07", "LSTM": "06"}
_NAMES = {"SimplifiedGRU": "simplified GRU"}
_HEADS = (  # few, so that a phone has room for all
    "", "model (lecture)", "mean (range)", "not told apart from",
    "updates at a rate", "parameters",
)  # fmt: skip
_LEARNED = "learned"  # in place of a mean, of what is counted


@dataclass(frozen=True)
class SeriesRow:
    """One model on one task; made by `compute_series_table`.

    Attributes
    ----------
    results : float array (N,)
        Of each seed; one number where nothing is drawn at random.
    parameters, updates : int or None
        None where they are not counted.
    rate : float or None
        The learning rate, tuned on data that is neither trained nor reported on.
    """

    model: str
    lecture: str
    results: np.ndarray
    parameters: int | None = None
    rate: float | None = None
    updates: str = "–"

    @property
    def mean(self) -> float:
        """The mean over the seeds."""
        return float(self.results.mean())


@dataclass(frozen=True)
class SeriesTable:
    """The rows of one task, the best first; readable as text and in a notebook."""

    title: str
    rows: tuple[SeriesRow, ...]
    digits: int
    counts: bool  # whether a result is a success or a failure

    def find_alike(self, row: SeriesRow) -> list[int]:
        """The numbers, from 1, of the rows that a test over the seeds does not tell from that one.

        They are called different where p < 0.01.
        """
        others = enumerate(self.rows, 1)
        return [n for n, other in others if other is not row and self._same(row, other)]

    def _same(self, row, other):
        n = min(len(row.results), len(other.results))
        if n == 1:  # a number without a spread: the other's seeds are compared with it
            n = max(len(row.results), len(other.results))
        if n == 1:
            return row.mean == other.mean
        a, b = (np.broadcast_to(r.results[:n], n) for r in (row, other))
        if self.counts:
            return compare_counts(a.astype(bool), b.astype(bool)) >= 0.01
        return not compare_paired(a, b).differs

    def _list_cells(self):
        for number, row in enumerate(self.rows, 1):
            mean, low, high = (
                f"{value:.{self.digits}f}"
                for value in (row.mean, row.results.min(), row.results.max())
            )
            found = mean if low == high else f"{mean} ({low} to {high})"
            if self.counts:
                found = f"{int(row.results.sum())} of {len(row.results)}"
            updates = f"{int(row.updates):,}" if row.updates.isdigit() else row.updates
            trained = "–" if row.rate is None else f"{updates} at {row.rate:g}"
            size = "–" if row.parameters is None else f"{row.parameters:,}"
            alike = ", ".join(map(str, self.find_alike(row))) or "–"
            yield str(number), f"{row.model} ({row.lecture})", found, alike, trained, size

    def _list_heads(self):
        return [_LEARNED if self.counts and "mean" in head else head for head in _HEADS]

    def _say_title(self):
        """With how many seeds each row has in which anything is drawn at random."""
        seeds = sorted({len(row.results) for row in self.rows} - {1})
        return self.title + (f"; {' or '.join(map(str, seeds))} seeds" if seeds else "")

    def __repr__(self) -> str:
        table = [self._list_heads(), *self._list_cells()]
        widths = [max(len(row[column]) for row in table) for column in range(len(table[0]))]
        lines = ("  ".join(map(str.ljust, row, widths)).rstrip() for row in table)
        return "\n".join([self._say_title(), *lines])

    def _repr_html_(self) -> str:
        left = ' style="text-align: left"'
        head = "".join(
            f'<th scope="col"{left}>{html.escape(text)}</th>' for text in self._list_heads()
        ).replace("parameters", "para&shy;meters")
        body = "".join(
            f'<tr><td>{number}</td><th scope="row"{left}>{html.escape(name)}</th>'
            + "".join(f"<td{left}>{html.escape(text)}</td>" for text in rest)
            + "</tr>"
            for number, name, *rest in self._list_cells()
        )
        caption = f"<caption{left}>{html.escape(self._say_title())}</caption>"
        return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def compute_series_table(task: str) -> SeriesTable:
    """What the models of the series reach on a task, every number from a stored study.

    `task` is one of `TASKS`. Each row has the learning rate that was best on data that is neither
    trained nor reported on. The few rows that draw nothing at random are computed here.

    Examples
    --------
    >>> compute_series_table("agreement").counts
    True
    """
    return TASKS[check_choice("task", task, TASKS)]()


def _read_row(
    rows: StudyTable, model: str, lecture: str, column: str, updates: str = "–"
) -> SeriesRow:
    parameters = int(rows["parameters"][0]) if "parameters" in rows.columns else None
    return SeriesRow(
        model, lecture, rows[column], parameters, float(rows["learning_rate"][0]), updates
    )


def _sort(title, rows, digits, *, best=min, counts=False):
    sign = 1 if best is min else -1
    return SeriesTable(title, tuple(sorted(rows, key=lambda row: sign * row.mean)), digits, counts)


def _list_forecasts() -> list[SeriesRow]:
    """The forecasts of lecture 01 that need no training, by their own few lines."""
    years, counts = data.load_sunspots()
    part = data.split_years(years)[1]
    n, held_out = part.start, counts[part]
    found = [
        ("the training mean", np.full(len(held_out), counts[:n].mean()), 1),
        ("persistence", counts[n - 1 : -1], 0),
    ]
    for tau in (2, 9):
        lags = np.stack([counts[tau - k : len(counts) - k] for k in range(1, tau + 1)], axis=1)
        design = np.column_stack([np.ones(len(lags)), lags])  # (years − tau, 1 + tau)
        weights = np.linalg.lstsq(design[: n - tau], counts[tau:n], rcond=None)[0]
        found.append((f"AR({tau})", design[n - tau :] @ weights, 1 + tau))
    return [
        SeriesRow(name, "01", np.array([data.compute_rmse(guess, held_out)]), parameters)
        for name, guess, parameters in found
    ]


def _make_sunspots():
    study, rows = read_study("sunspots"), _list_forecasts()
    for cell, lecture in _CELLS.items():
        of_cell = study.select(cell=cell)
        rate = of_cell.choose("learning_rate", "validation_rmse")
        found = of_cell.select(learning_rate=rate)
        updates = found["updates"]
        span = f"{updates.min()} to {updates.max()}"
        name = f"{_NAMES.get(cell, cell)}, 8 units"
        rows.append(
            _read_row(found, name, lecture, "rmse", span if np.ptp(updates) else f"{updates[0]}")
        )
    return _sort("Sunspots, one year ahead: RMSE on the years held out", rows, 1)


def _make_characters(brief=False):
    counted = read_study("counted")
    rows = [
        SeriesRow(f"{name}, {order} before", "03",
                  counted.select(model=model, order=order)["nats"])
        for model, name in (("shorter context", "counts"), ("Kneser–Ney", "Kneser–Ney"))
        for order in (1, 5)
    ]  # fmt: skip
    study = read_study("characters").select(part="held out")
    shapes = zip(
        *(study[name].tolist() for name in ("cell", "num_layers", "hidden_size", "budget")),
        strict=True,
    )
    for cell, layers, size, budget in dict.fromkeys(shapes):
        if (budget < 1000) != brief:
            continue
        found = study.select(
            cell=cell, num_layers=layers, hidden_size=size, budget=budget, updates=budget
        )
        lecture = "08" if layers > 1 else _CELLS[cell]
        name = f"{_NAMES.get(cell, cell)}, {layers} × {size} units"
        rows.append(_read_row(found, name, lecture, "nats", str(budget)))
    length = "150 updates" if brief else "3,000 updates or more"
    return _sort(f"Characters of the manual, {length}: nats per character, held out", rows, 3)


def _make_agreement():
    from rnn_helpers.models.agreement import AgreementNetwork
    from rnn_helpers.models.training import count_parameters

    study, rows = read_study("agreement").select(distance=30), []
    for cell, start, lecture in (
        ("RNN", "torch", "05"), ("LSTM", "torch", "06"), ("LSTM", "forget 1", "06"),
        ("LSTM", "input and output 3", "06"), ("SimplifiedGRU", "torch", "07"),
        ("GRU", "torch", "07"), ("GRU", "keep 1", "07"), ("GRU", "reset 3", "07"),
    ):  # fmt: skip
        found = study.select(cell=cell, start=start)
        rate = found.choose("learning_rate", "accuracy", largest=True)
        learned = np.isfinite(found.select(learning_rate=rate)["learned_after"].astype(float))
        name = _NAMES.get(cell, cell) + ("" if start == "torch" else f", {start}")
        size = count_parameters(AgreementNetwork(cell=cell))
        rows.append(SeriesRow(name, lecture, learned.astype(float), size, rate, "400"))
    title = "Agreement across thirty words: networks that learned it"
    return _sort(title, rows, 0, best=max, counts=True)


def _make_dates():
    study, rows = read_study("dates").select(part="held out"), []
    for score in ("one vector", "dot", "general", "additive"):
        for updates in (300, 1200):
            found = study.select(score=score, updates=updates)
            name = f"{score}, {updates} updates"
            rows.append(_read_row(found, name, "09", "accuracy", str(updates)))
    return _sort(
        "Dates of fourteen languages: share right in all ten characters", rows, 3, best=max
    )


TASKS: dict[str, Callable[[], SeriesTable]] = {
    "sunspots": _make_sunspots,
    "characters, briefly": lambda: _make_characters(brief=True),
    "characters": _make_characters,
    "agreement": _make_agreement,
    "dates": _make_dates,
}
