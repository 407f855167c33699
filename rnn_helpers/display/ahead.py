"""Frames recorded before they are asked for, while the kernel rests."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any

_SLICE = 0.006  # seconds of recording between two chances for a message
_PAUSE = 0.003  # after a slice
_STAND_ASIDE = 0.15  # after a value was asked for
_TOO_SLOW = 0.04  # of one frame: a hand, or a cell, would have to wait for it
_PATIENCE = 3  # frames in a row that may be too slow until a group is left to the hand
MOST = 2000  # frames that the pages keep of one picture


class Ahead:
    """Records the frames of one control, outward from where it stands, a few at a time.

    A group is one setting of the other controls. The pages keep `MOST` frames; the groups that
    were left longest ago go first.

    Parameters
    ----------
    record
        `record(step)` gives one frame, the other controls as they stand.
    store, forget
        `store(group, frames)` sends frames to the pages, `forget(groups)` has them drop some.
    lock
        Held while a slice is recorded. JupyterLab has the kernel take the values of sliders in a
        thread of their own, beside a cell; recording belongs to the loop that runs the cells, so
        that it waits for them.
    """

    def __init__(
        self,
        record: Callable[[int], Any],
        store: Callable[[str, dict[int, Any]], None],
        forget: Callable[[Iterable[str]], None],
        lock: AbstractContextManager,
    ):
        self._record, self._store, self._forget = record, store, forget
        self._stored: dict[str, set[int]] = {}  # what the pages hold, the group of now last
        self._group: str = ""
        self._steps: list[int] = []
        self._asked = 0.0
        self._lock, self._task = lock, None
        try:
            self._loop = asyncio.get_running_loop()
        except RuntimeError:  # in a script
            self._loop = None
        self._slow: Counter[str] = Counter()  # the last frames of a group, all too slow

    def clear(self) -> None:
        """Begin anew: a page has opened that holds nothing."""
        self._stored.clear()
        self._steps = []
        self._slow.clear()

    def forget_all(self) -> None:
        """Begin anew: what was recorded is true no more."""
        self._forget(list(self._stored))
        self.clear()

    def follow(self, group: str, step: int, count: int) -> None:
        """The controls stand here now, at `step` of `count`; record around it once the hand rests.

        Nothing is recorded where no event loop ran when this was made, as in a script.
        """
        self._asked = time.monotonic()
        self._group = group
        stored = self._stored.pop(group, set())
        self._stored[group] = stored
        missing = (other for other in range(count) if other not in stored)
        nearest = sorted(missing, key=lambda other: abs(other - step))
        self._steps = nearest[: MOST - len(stored)]
        self._make_room(count)
        if self._steps and self._loop is not None:
            self._loop.call_soon_threadsafe(self._start)

    def _start(self):
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._go())

    def close(self) -> None:
        """Stop."""
        self._steps = []

    def _make_room(self, count):
        others = list(self._stored)[:-1]
        held = sum(len(self._stored[group]) for group in others)
        gone = []
        while others and held + count > MOST:
            gone.append(others.pop(0))
            held -= len(self._stored.pop(gone[-1]))
        if any(gone):
            self._forget(gone)

    async def _go(self):
        while self._steps and self._slow[self._group] < _PATIENCE:
            wait = self._asked + _STAND_ASIDE - time.monotonic()
            await asyncio.sleep(max(wait, _PAUSE))
            if time.monotonic() >= self._asked + _STAND_ASIDE:
                with self._lock:
                    self._record_slice()

    def _record_slice(self):
        group, frames, start = self._group, {}, time.perf_counter()
        if not self._steps:  # closed meanwhile
            return
        while self._steps and (now := time.perf_counter()) - start < _SLICE:
            step = self._steps.pop(0)
            frames[step] = self._record(step)
            slow = time.perf_counter() - now > _TOO_SLOW
            self._slow[group] = self._slow[group] + 1 if slow else 0
        self._stored[group] |= frames.keys()
        self._store(group, frames)
