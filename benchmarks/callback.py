"""How long the kernel works on one value of a demo: numbers, artists, vector marks, sentence."""

import statistics
import time

import numpy as np

from benchmarks import Row
from tools.demos import find_demos, find_untrained_demos, move_at_random

MOVES = 400
WARM_UP = 40


def run():
    """Measure every demo of the package, and return the rows of the table."""
    rows = []
    for name, make_demo in (find_demos() | find_untrained_demos()).items():
        demo, rng, times = make_demo(), np.random.default_rng(0), []
        while len(times) < WARM_UP + MOVES:
            frames, start = demo.frames, time.perf_counter()
            move_at_random(demo, rng)
            elapsed = time.perf_counter() - start
            if demo.frames > frames:  # a control that stays where it was paints nothing
                times.append(1000 * elapsed)
        demo.close()
        times = sorted(times[WARM_UP:])
        rows.append(Row(f"{name}: median", statistics.median(times), "ms", "≤ 8"))
        rows.append(Row(f"{name}: 9 of 10 within", times[int(0.9 * len(times))], "ms"))
    return rows
