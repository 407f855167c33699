"""What every demo must stand: each control at both ends and in the middle, then a rough hand."""

import gc
import warnings

import numpy as np
import psutil

from rnn_helpers.display.controls import list_settings
from tools.demos import move_at_random

MOST_GROWTH = 5_000_000  # bytes


def exercise_demo(make_demo, moves=1000, seed=0):
    """Move every control of a demo, and assert that it follows, without error and without leak.

    Each control goes to its minimum, middle and maximum, or to all of up to five values, the
    others at rest; then one after another goes anywhere. Asserted: no error, no warning, one frame
    per new value, each part to be seen at some value, axes that stay where they are, and less than
    5 MB of memory.

    Returns the demo for further asserts: close it afterwards.
    """
    with warnings.catch_warnings():
        warnings.filterwarnings("error", module="rnn_helpers|tests")  # ours, not each other's
        demo = make_demo()
        limits, frames = _read_axes(demo), demo.frames
        visited = []

        def count(_change):
            nonlocal frames
            frames += 1

        for control in demo.controls.values():
            control.observe(count, names="value")

        def check():
            settings = {name: control.value for name, control in demo.controls.items()}
            assert demo.error is None, f"{demo.error!r} at {settings}"
            assert demo.message.strip(), f"no sentence at {settings}"
            assert demo.stage.frame["marks"]["wide"], f"no picture at {settings}"
            assert demo.frames == frames, f"a value was not painted: {settings}"

        for control in demo.controls.values():
            settings, start = list_settings(control), control.value
            ends = settings[0], settings[len(settings) // 2], settings[-1]
            for setting in (*(settings if len(settings) <= 5 else ends), start):
                control.value = setting
                visited.append({n: each.value for n, each in demo.controls.items()})
                check()
        rng = np.random.default_rng(seed)
        for _ in range(moves // 5):  # fills what is kept on purpose: caches of weights, glyphs
            move_at_random(demo, rng)
        before = _measure_memory()
        for _ in range(moves):
            move_at_random(demo, rng)
            check()
        growth = _measure_memory() - before
        assert growth < MOST_GROWTH, f"{moves} moves took {growth / 1e6:.1f} MB"
        assert _read_axes(demo) == limits, "the axes moved"
        for layout in ("wide", "narrow"):
            unlit = find_parts_that_light_nothing(demo, layout, visited)
            assert not unlit, f"parts that light nothing, {layout}: {unlit}"
    return demo


def find_parts_that_light_nothing(demo, layout, settings):
    """The parts whose buttons only dim a picture, whatever the setting."""
    frames = [marks[layout] for _, marks in demo.record([layout], settings)]
    styles = [*demo.get_still(layout)["styles"], *(style for marks in frames for style, _ in marks)]
    lit = {name for style in styles for name in style.get("part", "").split("|")}
    return {name for name, _ in demo.stage.parts} - lit


def _read_axes(demo):
    return [
        (axes.get_xlim(), axes.get_ylim(), list(axes.get_xticks()), list(axes.get_yticks()))
        for axes in demo.figure.axes
    ]


def _measure_memory():
    gc.collect()
    return psutil.Process().memory_info().rss
