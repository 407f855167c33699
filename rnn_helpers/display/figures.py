"""Figures for the lectures: the palette, a figure that nothing leaks, alternative text for each."""

import base64
import html
import io

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

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
    "muted": "#767676",
    "bound": "#595959",
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


def new_figure(width=8.0, height=4.0, *, nrows=1, ncols=1, dpi=100, **subplots_options):
    """A figure in the house style, outside pyplot: nothing keeps it alive but its user.

    Parameters
    ----------
    width, height : float, in inches
    nrows, ncols : int
    dpi : float, in pixels per inch
    **subplots_options
        Passed to `Figure.subplots` (`sharex`, `gridspec_kw`, ...).

    Returns
    -------
    figure : matplotlib.figure.Figure
    axes : matplotlib.axes.Axes, or an array of them as `Figure.subplots` returns it
    """
    from matplotlib import rc_context

    with rc_context(_RC):
        figure = Figure(figsize=(width, height), dpi=dpi, layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(nrows, ncols, **subplots_options)
    return figure, axes


def encode_png(figure, *, dpi=None):
    """The figure as PNG bytes of at most 256 colours: the same bytes for the same picture."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=dpi or figure.dpi)
    picture = Image.open(buffer).convert("RGB").quantize(256, dither=Image.Dither.NONE)
    small = io.BytesIO()
    picture.save(small, "png", optimize=True)
    return small.getvalue()


def image_bundle(png, *, alt, width, caption=None):
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


def show(figure, *, alt):
    """Show a figure in the notebook, with its alternative text.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alt : str
        What the figure shows, for those who do not see it. It is stored and compared by nbval:
        no number in it may depend on the machine.

    Raises
    ------
    ValueError
        `alt` is empty.
    """
    from IPython.display import display

    if not isinstance(alt, str) or not alt.strip():
        raise ValueError(f"alt must be a sentence that says what the figure shows, got {alt!r}")
    width = round(figure.get_figwidth() * 100)
    png = encode_png(figure, dpi=150)
    metadata = {"image/png": {"alt": alt, "width": width}}
    display(image_bundle(png, alt=alt, width=width), metadata=metadata, raw=True)
