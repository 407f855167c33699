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
        other axis counts. A press counts within the axes, a drag goes on outside of them.
    rows
        From where to where on the y axis a press counts; the whole axis unless given.
    """

    def __init__(
        self,
        axes: Axes,
        settings: Sequence[Mapping[str, Any]],
        x: ArrayLike | None = None,
        y: ArrayLike | None = None,
        *,
        rows: tuple[float, float] | None = None,
    ):
        super().__init__()
        given = [np.size(each) for each in (x, y) if each is not None]
        if not given or set(given) != {len(settings)}:
            raise ValueError(f"x or y must place each of {len(settings)} settings, got {given}")
        self.settings, self._x, self._y = [dict(each) for each in settings], x, y
        self._rows = rows
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
        box = axes.bbox
        low, high = axes.transData.transform([(0, y) for y in self._rows or axes.get_ylim()])[:, 1]
        region = (box.x0, bottom - high, box.width, high - low)
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
