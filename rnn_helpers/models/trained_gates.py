"""What the gates of a network that has learned agreement do while it reads."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from rnn_helpers.display.gate_rows import show_gates
from rnn_helpers.recurrences import bptt
from rnn_helpers.validation import check_choice, check_integer

# the gate that keeps first; with each its place among the gates of a trace
GATES = {"LSTM": {"f": 1, "i": 0, "o": 3}, "GRU": {"z": 1, "r": 0}}
# of a sentence's words; the last eight are one turn of its clause
PLACES = {
    "before": 0, "subject": 1, "after": 2, "clause": slice(2, None), "end": slice(-8, None),
}  # fmt: skip


@dataclass(frozen=True)
class GateReading:
    """The gates of one network over a batch of sentences; made by `compute_gates`.

    Attributes
    ----------
    gates : dict of arrays (T, B, H)
        Each gate of `GATES` by its letter, 0 to 1, at every word.
    carriers : int array (3,)
        The units with the largest parts in the answer, the largest first.
    share : float
        Of the answer, the sum of the parts of all units: what the carriers hold together.
    """

    gates: dict[str, np.ndarray]
    carriers: np.ndarray
    share: float


def compute_gates(network: Any, batch: Any, *, carriers: int = 3) -> GateReading:
    """Read sentences with a trained `AgreementNetwork` and keep what its gates did.

    A unit's part in the answer is w_u (mean of h_u before “were” − mean of h_u before “was”), w_u
    its weight in the log-odds of the verb; the carriers are the units with the largest.

    Parameters
    ----------
    network
        With an LSTM or a GRU.
    batch : AgreementBatch
        Sentences of both numbers.
    carriers : int
        How many.
    """
    cell = check_choice("cell", type(network.recurrence).__name__, GATES)
    layer = network.recurrence
    carriers = check_integer("carriers", carriers, minimum=1, maximum=layer.hidden_size)
    W_ih, W_hh, b_ih, b_hh = (
        getattr(layer, f"{name}_l0").detach().numpy().astype(float)
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    xs = network.encode(batch.tokens).numpy().astype(float)
    zeros = np.zeros((xs.shape[1], layer.hidden_size))
    if cell == "LSTM":
        trace = bptt.trace_lstm(xs, zeros, zeros, W_ih.T, W_hh.T, b_ih + b_hh)
    else:
        trace = bptt.trace_gru(xs, zeros, W_ih.T, W_hh.T, b_ih, b_hh)
    h, is_plural = trace.hs[-1], batch.is_plural == 1
    weights = network.verb.weight.detach().numpy()[0]
    carried = weights * (h[is_plural].mean(axis=0) - h[~is_plural].mean(axis=0))
    gates = {name: trace.gates[:, place] for name, place in GATES[cell].items()}
    first = np.argsort(-carried, kind="stable")[:carriers]
    return GateReading(gates, first, float(carried[first].sum() / carried.sum()))


def measure_gates(network: Any, batch: Any) -> list[dict[str, Any]]:
    """Means over the sentences, a row for each gate: of the carriers, and of the other units.

    Returns
    -------
    rows : list of dicts
        `gate`; of the carriers `before`, `subject`, `after`, `clause` and `end`: at the word before
        the subject, at the subject, at the next word, over all words behind the subject, and over
        the last eight; the same of the other units, `other_before` …; `share` of a reading; and
        `direct`, log₁₀ of the product over the words behind the subject, a mean over the carriers:
        of a gate that keeps, what their own paths alone leave.
    """
    reading, rows = compute_gates(network, batch), []
    for name, gate in reading.gates.items():
        mine = gate[:, :, reading.carriers]
        row = {"gate": name, "share": reading.share}
        row["direct"] = float(np.log10(mine[2:]).sum(axis=0).mean())
        for prefix, part in (("", mine), ("other_", np.delete(gate, reading.carriers, axis=2))):
            for place, words in PLACES.items():
                row[prefix + place] = float(part[words].mean())
        rows.append(row)
    return rows


def show_trained_gates(network: Any, batch: Any) -> None:
    """Show the gates over the first of many sentences, with the carriers that all of them tell."""
    reading, cell = compute_gates(network, batch), type(network.recurrence).__name__
    gates = {name: gate[:, 0] for name, gate in reading.gates.items()}
    show_gates(batch.sentence(0), gates, reading.carriers.tolist(), cell=cell)
