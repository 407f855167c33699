"""Where a picture itself is pressed or dragged to set its controls."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from rnn_helpers.display.recording import UNITS
from rnn_helpers.validation import check_choice


class Handle(Artist):
    """Places of a picture that stand for settings: a press takes the nearest.

    Parameters
    ----------
    settings
        Of each place: {argument of `compute`: value}.
    x, y
        Where the places are, in the axes' data; without `y` (or `x`) only the distance along the
        other axis counts.
    within
        ((x, x), (y, y)) in the axes' data, the corners of where a press counts; without it, the
        whole axes. A drag goes on outside.
    """

    def __init__(
        self,
        axes: Axes,
        settings: Sequence[Mapping[str, Any]],
        x: ArrayLike | None = None,
        y: ArrayLike | None = None,
        *,
        within: ArrayLike | None = None,
    ):
        super().__init__()
        given = [np.size(each) for each in (x, y) if each is not None]
        if not given or set(given) != {len(settings)}:
            raise ValueError(f"x or y must place each of {len(settings)} settings, got {given}")
        self.settings, self._x, self._y = [dict(each) for each in settings], x, y
        self._within = within
        self.set_in_layout(False)
        axes.add_artist(self)

    def measure(self) -> dict[str, Any]:
        """{"region": left, top, width, height; "points": [x, y] or None}, as marks count them."""
        axes: Any = self.axes
        bottom, size = axes.figure.bbox.height, len(self.settings)
        along = (self._x, self._y)
        somewhere = np.mean([axes.get_xlim(), axes.get_ylim()], axis=1)
        data = [
            np.full(size, somewhere[n]) if each is None else each for n, each in enumerate(along)
        ]
        pixels = axes.transData.transform(np.column_stack(data)) * [1, -1] + [0, bottom]
        units = np.rint(pixels * UNITS).astype(int).T.tolist()
        points = [[None] * size if each is None else units[n] for n, each in enumerate(along)]
        within = (axes.get_xlim(), axes.get_ylim()) if self._within is None else self._within
        corners = axes.transData.transform(np.transpose(within))
        (left, low), (right, high) = corners.min(axis=0), corners.max(axis=0)
        region = (left, bottom - high, right - left, high - low)
        return {
            "region": [round(each * UNITS) for each in region],
            "points": [list(point) for point in zip(*points, strict=True)],
        }

    def draw(self, renderer: Any) -> None:
        """Nothing is seen of it."""


def find_handles(figure: Figure, settings: Mapping[str, Sequence]) -> list[dict[str, Any]]:
    """The handles of a figure for a page, which counts controls and their settings by place.

    Parameters
    ----------
    settings
        {argument: the settings that the page has}, in the order of the controls. A number that is
        not among them is taken for the nearest.

    Returns
    -------
    {"region", "points", as `measure` gives them, "sets": for each point [[control, setting], …]}.
    """
    names = list(settings)
    found: Any = figure.findobj(Handle)
    handles = []
    for handle in found:
        sets = [
            [
                [names.index(check_choice("the handle's argument", name, names)),
                 _find_place(value, settings[name])]
                for name, value in each.items()
            ]
            for each in handle.settings
        ]  # fmt: skip
        handles.append({**handle.measure(), "sets": sets})
    return handles


def _find_place(value, settings):
    if value in settings:
        return list(settings).index(value)
    return int(np.argmin([abs(each - value) for each in settings]))
