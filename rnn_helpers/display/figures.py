"""Figures for the lectures: the palette, a figure that nothing leaks, alternative text for each."""

import base64
import contextlib
import functools
import html
import inspect
import io
import textwrap
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from rnn_helpers.display.pieces import find_pieces

# Okabe & Ito's palette, told apart by every common form of colour blindness; one meaning each,
# through the whole series. Line styles repeat the difference for print.
COLORS = {
    "data": "#000000",
    "sigmoid": "#CC79A7",
    "tanh": "#0072B2",
    "relu": "#D55E00",
    "identity": "#009E73",
    "rnn": "#0072B2",
    "lstm": "#D55E00",
    "gru": "#009E73",
    "accent": "#E69F00",
    "second": "#56B4E9",
    "third": "#CC79A7",
    "negative": "#7B3FA0",
    "muted": "#767676",
    "bound": "#595959",
    "shade": "#D9D9D9",
    "band": "#F3F3F3",
    "note": "#FFF7E0",
    "note edge": "#B26A00",
}
STYLES = {
    "sigmoid": ":",
    "tanh": "-",
    "relu": "--",
    "identity": "-.",
    "rnn": "-",
    "lstm": "--",
    "gru": "-.",
}

# Only what axes take when they are made: a title, a legend or a line that is drawn later reads
# Matplotlib's own settings, and what it should have instead is passed where it is drawn.
_RC = {
    "axes.labelsize": 11.0,
    "xtick.labelsize": 11.0,
    "ytick.labelsize": 11.0,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E4E4E4",
}


_OWN = {
    name: value
    for name, value in matplotlib.rcParamsDefault.items()
    if name not in ("backend", "backend_fallback", "interactive", "toolbar")  # not of looks
}
_in_own_settings = False


@contextlib.contextmanager
def use_own_settings(settings: dict[str, Any] | None = None) -> Iterator[None]:
    """A context in which Matplotlib's own settings hold, whatever the reader has set.

    A style for dark slides would otherwise make a line that is black by meaning invisible.
    `settings` go on top of Matplotlib's own.
    """
    global _in_own_settings
    wanted = _OWN if settings is None else {**_OWN, **settings}
    now: Any = dict(matplotlib.rcParams)
    changed: Any = {name: value for name, value in wanted.items() if now[name] != value}
    before, _in_own_settings = _in_own_settings, True
    try:
        with matplotlib.rc_context(changed) if changed else contextlib.nullcontext():
            yield
    finally:
        _in_own_settings = before


def _with_own_settings(kind):
    """A class decorator: every public method of the base runs with Matplotlib's own settings."""

    def wrap(method):
        @functools.wraps(method)
        def call(*args, **kwargs):
            if _in_own_settings:
                return method(*args, **kwargs)
            with use_own_settings():
                return method(*args, **kwargs)

        return call

    for name, method in inspect.getmembers(kind.__base__, inspect.isfunction):
        # Matplotlib refuses shared axes to a class that has this one anew
        if not name.startswith("_") and name != "get_data_ratio":
            setattr(kind, name, wrap(method))
    return kind


@_with_own_settings
class _OwnAxes(Axes):
    pass


@_with_own_settings
class _OwnFigure(Figure):
    pass


def new_figure(
    width: float = 8.0,
    height: float = 4.0,
    *,
    nrows: int = 1,
    ncols: int = 1,
    dpi: float = 100,
    **subplots_options: Any,
) -> tuple[Figure, Any]:
    """A figure in the house style, outside pyplot: nothing keeps it alive but its user.

    What is drawn on it later, too, looks as with Matplotlib's own settings: `plt.style.use` and
    `rcParams` are for other figures.

    Parameters
    ----------
    width, height
        In inches.
    **subplots_options
        Passed to `Figure.subplots` (`sharex`, `gridspec_kw`, ...).

    Returns
    -------
    figure
    axes
        One, or an array of them as `Figure.subplots` returns it.
    """
    options = {"axes_class": _OwnAxes, **subplots_options.pop("subplot_kw", {})}
    with use_own_settings(_RC):
        figure = _OwnFigure(figsize=(width, height), dpi=dpi, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(nrows, ncols, subplot_kw=options, **subplots_options)
    return figure, axes


NARROW = 4.2  # inches: the width of a figure for a phone, with its axes one below the other
_LETTERS = 38  # of a title that such a figure holds in a line


def is_narrow(axes: Axes) -> bool:
    """Whether the axes belong to a figure for a phone."""
    figure: Any = axes.figure
    return figure.get_figwidth() <= NARROW


def encode_png(figure: Figure, *, dpi: float | None = None) -> bytes:
    """The figure as PNG bytes of at most 256 colours: the same bytes for the same picture."""
    buffer = io.BytesIO()
    with use_own_settings():
        figure.savefig(buffer, format="png", dpi=dpi or figure.dpi)
    picture = Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small = io.BytesIO()
    picture.save(small, "png", optimize=True)
    return small.getvalue()


def image_bundle(png: bytes, *, alt: str, width: int, caption: str | None = None) -> dict[str, str]:
    """MIME bundle of a picture: HTML with alternative text, PNG, and the text alone.

    JupyterLab's own PNG renderer has no alternative text, so the HTML form comes first; LaTeX
    and print take the PNG; a terminal takes the text. `caption` is shown above the picture.
    """
    data = base64.b64encode(png).decode("ascii")
    label = html.escape(alt, quote=True)
    above = f"<p>{html.escape(caption)}</p>" if caption else ""
    return {
        "text/html": f'{above}<img alt="{label}" width="{width}"'
        f' style="max-width: 100%; height: auto" src="data:image/png;base64,{data}">',
        "image/png": data,
        "text/plain": alt,
    }


def draw_both(
    draw: Callable[[Any], object], width: float, height: float, *, narrow: float, nrows: int = 1
) -> tuple[Figure, Figure]:
    """A chart as `draw(axes)` draws it, and the same chart for a phone, `narrow` inches high.

    `draw` may ask `is_narrow`; titles of the second are broken into lines.
    """
    figures = []
    for inches in ((width, height), (NARROW, narrow)):
        figure, axes = new_figure(*inches, nrows=nrows)
        draw(axes)
        figures.append(figure)
    for axes in figures[1].axes:
        title = axes.get_title("left")  # which may end with an empty line, for a legend
        below = title[len(title.rstrip("\n")) :]
        axes.set_title(textwrap.fill(title, _LETTERS) + below, loc="left")
    return figures[0], figures[1]


def show(
    figure: Figure, *, alt: str, breaks: Sequence[float] = (), narrow: Figure | None = None
) -> None:
    """Show a figure in the notebook, with its alternative text.

    `alt` says what it shows to those who do not see it. It is stored and compared by nbval: no
    number in it may depend on the machine. Where its panels lie is stored, too, so that the site
    can show them one below the other; `breaks` are the places of its x axis at which a drawing
    may go on below. `narrow` is the same chart for a phone, as `draw_both` makes it, for the site.
    """
    from IPython.display import display

    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt must be a sentence that says what the figure shows, got {alt!r}")
    width = round(figure.get_figwidth() * 100)
    png = encode_png(figure, dpi=150)
    with use_own_settings():
        pieces = find_pieces(figure, dpi=150, breaks=breaks)
    kept: dict[str, Any] = {"alt": alt, "width": width}
    if pieces:
        kept["pieces"] = pieces
    if narrow is not None:
        kept["narrow"] = base64.b64encode(encode_png(narrow, dpi=150)).decode("ascii")
    metadata = {"image/png": kept}
    display(image_bundle(png, alt=alt, width=width), metadata=metadata, raw=True)
