"""A text in streams and windows: what each window begins with, and what that costs."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from rnn_helpers.data.studies import PairedComparison, StudyTable, compare_paired
from rnn_helpers.validation import check_choice, check_integer

TEXT = "the cat sleeps and the dog eats. the horse runs."
N_STREAMS, WINDOW = 3, 4
N_WINDOWS = len(TEXT) // N_STREAMS // WINDOW
LAST_UPDATE = 2 * N_WINDOWS  # the text is read twice
STATES = {  # as the study calls them, and as the lecture does
    "detached": "carried, detached",
    "through": "detached one window later",
    "zeros": "zeros at every window",
    "another": "carried into another stream",
}
MEASURED = {  # window and updates of the study's three shapes
    "T = 8, 400 updates": (8, 400),
    "T = 8, 3,200 updates": (8, 3200),
    "T = 32, 400 updates": (32, 400),
}


@dataclass(frozen=True)
class StreamsView:
    """One update over the streams, and the losses of the four ways."""

    update: int  # 1 to LAST_UPDATE
    column: int  # the window that is read, 0 to N_WINDOWS − 1
    state: str
    sources: np.ndarray  # (B,): the stream whose state enters each stream; −1 for zeros
    reach: int  # characters before the window that the gradient goes back over
    measured: str
    nats: dict[str, np.ndarray]  # of each way, by seed: nats per character of held-out text
    gaps: dict[str, PairedComparison]  # of each way but the first: less carried and detached


def lay_out(text: str = TEXT, *, n_streams: int = N_STREAMS) -> list[str]:
    """The streams of a text: equal parts, what is left over at the end dropped.

    Examples
    --------
    >>> lay_out("abcdefg", n_streams=3)
    ['ab', 'cd', 'ef']
    """
    length = len(text) // check_integer("n_streams", n_streams, minimum=1, maximum=len(text))
    return [text[length * row : length * (row + 1)] for row in range(n_streams)]


def prepare_streams(study: StudyTable) -> Callable[..., StreamsView]:
    """Read the stored study `carried_state`, and return what shows one update.

    The result takes `done` (updates before this one, 0 to `LAST_UPDATE` − 1), `state` (of
    `STATES`) and `measured` (of `MEASURED`).
    """
    losses, gaps = {}, {}
    for name, (window, budget) in MEASURED.items():
        rows = study.select(window=window, budget=budget, part="held out")
        losses[name] = {state: rows.select(state=state)["nats"] for state in STATES}
        first, *others = losses[name]
        gaps[name] = {
            state: compare_paired(losses[name][state], losses[name][first]) for state in others
        }

    def compute(done, state, measured):
        done = check_integer("done", done, minimum=0, maximum=LAST_UPDATE - 1)
        check_choice("state", state, STATES)
        check_choice("measured", measured, MEASURED)
        column = done % N_WINDOWS
        sources = np.arange(N_STREAMS)
        if column == 0 or state == "zeros":  # the top of the text has no past
            sources = np.full(N_STREAMS, -1)
        elif state == "another":
            sources = np.roll(sources, 1)
        reach = WINDOW if state == "through" and column else 0
        return StreamsView(
            done + 1, column, state, sources, reach, measured, losses[measured], gaps[measured]
        )

    return compute
