"""The numbers of pictures that are shown whole, read back from what was drawn."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.recurrences.gated_decay import GatedDecay


def read_diagrams(axes: Axes) -> list[dict[str, list[float]]]:
    """The numbers of the drawings on these axes that are seen, in the order of drawing."""
    drawn = [each for each in axes.get_children() if isinstance(each, Diagram)]
    return [each.read() for each in drawn if each.get_visible()]


def check_diagram(read: Mapping[str, list[float]], values: Mapping[str, float]) -> None:
    """Compare all numbers of a drawing with those wanted, to the two digits that are written."""
    assert read
    for name, numbers in read.items():
        np.testing.assert_allclose(numbers, values[name], atol=0.006, err_msg=name)


def check_decays(figure: Figure, wanted: Mapping[str, Mapping[str, GatedDecay]]) -> None:
    """Compare the lines and bands of each panel with the medians and the middles of the networks.

    `wanted` holds, by the panel's title, the networks by a piece of their line's label; with
    "direct" in it, their direct path is meant.
    """
    for axes, (title, networks) in zip(figure.axes, wanted.items(), strict=True):
        assert axes.get_title(loc="left") == title
        lines: dict[Any, Any] = {str(line.get_label()): line for line in axes.lines}
        bands = {patch.get_gid(): patch for patch in axes.patches}
        for label, decay in networks.items():
            name = next((n for n in lines if label in n), label)
            logs = decay.direct if "direct" in label else decay.total
            lags, heights = lines[name].get_data()
            np.testing.assert_array_equal(lags, decay.lags)
            np.testing.assert_allclose(np.log10(heights), np.median(logs, axis=1), atol=1e-9)
            if "direct" not in label:
                low, high = np.sort(logs[-1])[[2, -3]]  # all of twenty but two at either end
                ends: Any = bands[name].get_xy()
                ends = np.log10(ends[ends[:, 0] == decay.lags[-1], 1])
                floor = np.log10(axes.get_ylim()[0])
                np.testing.assert_allclose(
                    [ends.min(), ends.max()], np.maximum([low, high], floor - 1)
                )
