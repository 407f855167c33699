"""The check of a one-number exercise as a table that a page reads: asked of the check itself.

Probed are the solution, the numbers that the check takes for known mistakes, and the whole numbers
near by. Each answer is followed as far as it reaches; what comes far off, comes everywhere else.
"""

import importlib
import numbers
from collections.abc import Callable, Iterator
from unittest import mock

import numpy as np

from rnn_helpers.display.feedback import Feedback

Check = Callable[[object], Feedback]
NEAR = range(-5, 151)
FAR = (-54321.0, 12345.0)
STEPS = 60  # of the search for an edge: to the last bit


def tabulate(room: str, check: str, name: str, solution: str) -> dict | None:
    """`{"ranges": [[low, high, status, message], …], "otherwise": …}`; None if it is no number."""
    exercises = importlib.import_module(f"rnn_helpers.lectures.{room}.exercises")
    names = {"np": np}
    exec(solution, names)
    wanted = names[name]
    if not isinstance(wanted, numbers.Real):
        return None
    answer: Check = getattr(exercises, check)
    with mock.patch.object(exercises, "compare", wraps=exercises.compare) as spy:
        assert answer(wanted).status == "right", f"{check} refuses the solution"
        mistakes = spy.call_args.args[2]
    known = [float(value) for *_, value, _ in mistakes if not isinstance(value, bool | np.bool_)]
    probes = sorted({float(wanted), *known, *map(float, NEAR)})
    said = {probe: answer(probe) for probe in probes}
    far = {answer(probe).message for probe in FAR}
    otherwise = far.pop() if len(far) == 1 else ""  # else it names the number: no word for all
    broken = {answer(wanted + part).message for part in (0.5, 1.5)}
    ranges = [
        [*reach(answer, probe, feedback), feedback.status, feedback.message]
        for probe, feedback in said.items()
        if feedback.message != otherwise
    ]
    return {
        "ranges": list(drop_repeated(ranges)),
        "otherwise": otherwise,
        "whole": broken.pop() if len(broken) == 1 and otherwise not in broken else "",
    }


def reach(answer: Check, probe: float, feedback: Feedback) -> tuple[float, float]:
    """The lowest and the highest number around `probe` that get the same answer."""

    def follow(step: float) -> float:
        inside, outside = probe, probe + step
        if answer(outside) == feedback:
            return outside  # no edge near by: another probe may go on from here
        for _ in range(STEPS):
            middle = (inside + outside) / 2
            inside, outside = (middle, outside) if answer(middle) == feedback else (inside, middle)
        return inside

    size = 0.5
    return follow(-size), follow(size)


def drop_repeated(ranges: list[list]) -> Iterator[list]:
    """Ranges in order, neighbours of one message as one."""
    last = None
    for low, high, *rest in sorted(ranges):
        if last and last[2:] == rest and low <= last[1]:
            last[1] = max(last[1], high)
            continue
        if last:
            yield last
        last = [low, high, *rest]
    if last:
        yield last
