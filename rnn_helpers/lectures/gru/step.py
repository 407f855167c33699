"""One GRU unit through a few steps, in three beats each."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rnn_helpers.recurrences.bptt import trace_gru
from rnn_helpers.validation import check_integer

STEPS = 5
_SEED = 8749  # of the first whose numbers add up and multiply as they are rounded, |x W_xn| < 2.5
BEATS = ("gates", "candidate", "mix")
COUNT = len(BEATS) * STEPS
_COMES = (  # with which beat
    ("r", "z", "open"), ("past", "reset", "entered", "sum", "n"), ("kept", "taken", "h"),
)  # fmt: skip


@dataclass(frozen=True)
class Beat:
    """Where the beats stand, with the numbers of the step as `draw_cell` names them.

    Those that come with a later beat are NaN; `number` counts the beats of all steps.
    """

    number: int
    step: int
    name: str
    values: dict[str, float]


def compute_beat(beat: int) -> Beat:
    """One beat of one unit's steps, without biases; the draw is picked for its rounding.

    Parameters
    ----------
    beat : 1 to 15
        Three to a step.
    """
    beat = check_integer("beat", beat, minimum=1, maximum=COUNT)
    step, name = divmod(beat - 1, len(BEATS))
    later = {number for numbers in _COMES[name + 1 :] for number in numbers}
    values = {n: np.nan if n in later else v for n, v in _compute_steps()[step].items()}
    return Beat(beat, step + 1, BEATS[name], values)


@lru_cache(maxsize=1)
def _compute_steps():
    rng = np.random.default_rng(_SEED)
    W_xh, W_hh = rng.normal(size=(1, 3)), rng.normal(size=(1, 3))
    h0, xs = rng.uniform(-1, 1, size=(1, 1)), rng.normal(size=(STEPS, 1, 1))
    trace = trace_gru(xs, h0, W_xh, W_hh, np.zeros(3), np.zeros(3))
    r, z, n = trace.gates[:, :, 0, 0].T
    before, after, past = trace.hs[:-1, 0, 0], trace.hs[1:, 0, 0], trace.pasts[:, 0, 0]
    entered = (xs @ W_xh[:, 2:])[:, 0, 0]
    numbers = {
        "x": xs[:, 0, 0], "h_before": before, "r": r, "z": z, "open": 1 - z, "past": past,
        "reset": r * past, "entered": entered, "sum": entered + r * past, "n": n,
        "kept": z * before, "taken": (1 - z) * n, "h": after,
    }  # fmt: skip
    return [{name: float(row[t]) for name, row in numbers.items()} for t in range(STEPS)]
