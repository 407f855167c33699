"""Where the panels of a figure lie, so that a narrow page can show them one below the other."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

_PAD = 4  # pixels that a piece is cut larger than what it holds
_LINE = 4.2  # inches of a title that stay in one line


def find_pieces(
    figure: Figure, *, dpi: float, breaks: Sequence[float] = ()
) -> list[dict[str, list[int]]]:
    """The pieces of a figure as it was last painted with `dpi`, in the order to read them.

    None, if its panels stand in one column. A piece is {"box": [left, top, right, bottom]} in
    pixels of the picture: each line of the figure's title, each panel with its colour bar, a colour
    bar of several panels, each entry of the figure's legend. A panel whose y axis is labelled at
    another panel has "axis", too: [left, spine, own], the columns of those labels, of that
    panel's spine and of its own.

    A drawing, the one panel of its figure, is cut at the places `breaks` of its x axis.
    """
    panels = [axes for axes in figure.axes if axes.get_subplotspec()]
    columns = {round(axes.get_position().x0, 3) for axes in panels}
    if len(columns) < 2 and not breaks:
        return []
    usual, figure.dpi = figure.dpi, dpi  # a legend's texts stay where they were painted
    try:
        found = _list_strips(panels, breaks) if breaks else _list_panels(figure, panels)
        return [{"box": _cut(box, figure), **more} for box, more in found]
    finally:
        figure.dpi = usual


def _cut(box, figure):
    width, height = figure.bbox.size
    left, top = box.x0 - _PAD, height - box.y1 - _PAD
    right, bottom = box.x1 + _PAD, height - box.y0 + _PAD
    corners = (max(0, left), max(0, top), min(width, right), min(height, bottom))
    return [round(place) for place in corners]


def _list_strips(panels, breaks):
    """The title's lines, and below them the parts of a drawing."""
    (axes,) = panels
    whole, said = _measure(axes), axes.get_title("left")
    title = next(text for text in axes.findobj(Text) if text.get_text() == said)
    for line in _cut_words(title):
        yield line, {}
    top = title.get_window_extent().y0 - 2 * _PAD
    inner = axes.transData.transform([(place, 0.0) for place in breaks])[:, 0]
    for left, right in zip([whole.x0, *inner], [*inner, whole.x1], strict=True):
        yield Bbox.from_extents(left, whole.y0, right, top), {}


def _list_panels(figure, panels):
    boxes = {axes: _measure(axes) for axes in panels}
    alone = []
    for bar in (axes.get_tightbbox() for axes in figure.axes if axes not in boxes):
        home = _find_home(bar, boxes)
        if home is None:
            alone.append(bar)
        else:
            boxes[home] = Bbox.union([boxes[home], bar])
    for text in figure.texts:
        for line in _cut_words(text):
            yield line, {}
    for axes, box in boxes.items():
        labelled = _find_labelled(axes, panels)
        if labelled is None:
            yield box, {}
        else:
            places = labelled.get_tightbbox().x0 - _PAD, labelled.bbox.x0, axes.bbox.x0
            yield box, {"axis": [max(0, round(place)) for place in places]}
    for bar in alone:
        yield bar, {}
    for legend in figure.legends:
        if legend.get_title().get_text():
            yield legend.get_title().get_window_extent(), {}
        for text in legend.get_texts():
            em = text.get_fontsize() * figure.dpi / 72
            line = (legend.handlelength + legend.handletextpad) * em  # to the left of its words
            (left, bottom), (right, top) = text.get_window_extent().get_points()
            yield Bbox.from_extents(left - line, bottom, right, top), {}


def _measure(axes):
    """All that is painted of a panel, the words of a drawing among it."""
    boxes = [axes.get_tightbbox()]
    for child in axes.get_children():
        if child.get_in_layout() and not isinstance(child, Axes | Axis):
            boxes += [text.get_window_extent() for text in child.findobj(_is_read)]
    return Bbox.union(boxes)


def _is_read(artist):
    shown = isinstance(artist, Text) and artist.get_visible() and not artist.get_clip_on()
    return shown and bool(artist.get_text())


def _cut_words(text):
    """The boxes of the lines into which a text is broken where it is too long for one."""
    figure = text.get_figure()
    renderer, box = figure.canvas.get_renderer(), text.get_window_extent()
    words, start, last = text.get_text().split(), 0.0, 0.0

    def measure(shown):
        return renderer.get_text_width_height_descent(shown, text.get_fontproperties(), False)[0]

    for number, word in enumerate(words, start=1):
        end = measure(" ".join(words[:number]))
        if end - start > _LINE * figure.dpi and start < last:
            yield Bbox.from_extents(box.x0 + start, box.y0, box.x0 + last, box.y1)
            start = end - measure(word)
        last = end
    yield Bbox.from_extents(box.x0 + start, box.y0, box.x1, box.y1)


def _find_home(bar, boxes):
    """The panel beside which a colour bar stands, if it is no higher than this one."""
    beside = [
        axes
        for axes, box in boxes.items()
        if box.y0 <= bar.y0 and bar.y1 <= box.y1 and box.x0 < bar.x0
    ]
    return max(beside, key=lambda axes: boxes[axes].x1, default=None)


def _find_labelled(axes, panels):
    """The panel whose labels tell the values on these axes, if theirs are left out."""
    if axes.yaxis.get_tick_params().get("labelleft", True):
        return None
    siblings = axes.get_shared_y_axes().get_siblings(axes)
    beside = (
        panel
        for panel in panels
        if panel in siblings
        and panel.yaxis.get_tick_params().get("labelleft", True)
        and abs(panel.bbox.y0 - axes.bbox.y0) < 1
    )
    return next(beside, None)
