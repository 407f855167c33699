"""Pictures for lecture 09: who looks at what, with the characters of any script on both axes."""

from functools import lru_cache

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.font_manager import FontProperties
from matplotlib.gridspec import GridSpec
from matplotlib.patches import Rectangle

from rnn_helpers.display.figures import COLORS
from rnn_helpers.display.fonts import find_font
from rnn_helpers.display.kept_text import add_kept_text
from rnn_helpers.lectures.attention.dates import ISO_CHARACTERS, normalise
from rnn_helpers.validation import check_array

WIDEST = 40  # characters of a text that the live picture has room for
_FEWEST = 12  # columns, so that a short date does not get cells as wide as bricks
# from white to a house colour: the frames of a live picture have its shades
_MAP = LinearSegmentedColormap.from_list("weights", ["white", COLORS["tanh"]])


@lru_cache(maxsize=1024)
def label_character(character):
    """What stands for a character on an axis, and the font that has it.

    Parameters
    ----------
    character : str
        One character.

    Returns
    -------
    label : str
        "␣" for a space, the code point where no font of this machine has the character.
    path : str
        The file of the font.

    Examples
    --------
    >>> label_character("7")[0], label_character("\\U0010fffe")[0]
    ('7', 'U+10FFFE')
    """
    wanted = "␣" if character == " " else character
    path = find_font(wanted)
    if path is None:
        return f"U+{ord(character):04X}", find_font("")
    return wanted, path


def count_unlabelled(text):
    """How many characters of a text no font of this machine has."""
    return sum(label_character(c)[0].startswith("U+") for c in text)


def draw_alignment(weights, text, written, axes, *, fontsize=11.0):
    """Draw the weights of a translation, dark where they are large.

    The characters stand in the order of reading, the first on the left, Arabic ones too; those
    that no font here has stand as code points, and the axis says so.

    Parameters
    ----------
    weights : float array (S, T)
        A row for each character written, a column for each character read.
    text : str
        What was read, T characters after `dates.normalise`.
    written : str
        S characters.
    axes : matplotlib.axes.Axes
    fontsize : float, in points

    Raises
    ------
    ValueError
        As many weights as characters are expected, both ways.
    """
    text = normalise(text)
    weights = check_array("weights", weights, shape=(len(written), len(text)))
    axes.imshow(weights, cmap=_MAP, vmin=0, vmax=1, aspect="auto")
    axes.grid(False)
    for axis, characters in ((axes.xaxis, text), (axes.yaxis, written)):
        labels = [label_character(c) for c in characters]
        axis.set_ticks(range(len(labels)), [label for label, _ in labels])
        for tick, (label, path) in zip(axis.get_ticklabels(), labels, strict=True):
            size = fontsize if len(label) == 1 else 0.6 * fontsize
            tick.set_fontproperties(FontProperties(fname=path, size=size))
            tick.set_rotation(0 if len(label) == 1 else 90)
    axes.set(xlabel=f"read{_say_what_is_missing(text)}", ylabel="written")


def _say_what_is_missing(text):
    missing = count_unlabelled(text)
    return f" (no font here has {missing} of the characters: code points)" if missing else ""


def draw_scrubber(view, axes, artists=None):
    """Draw a translation's weights, one step of it, what it sees and what it writes next.

    Parameters
    ----------
    view : AlignmentView
        See `demos.attention`.
    axes : three matplotlib.axes.Axes
    artists : dict of str to Artist, optional
        What an earlier call returned.

    Returns
    -------
    artists : dict of str to Artist
    """
    if artists is None:
        artists = _prepare_axes(view, axes)
    T, row = len(view.text), view.step - 1
    width = 1 / max(T, _FEWEST)
    artists["map"].set_data(view.weights)
    artists["map"].set_extent((0, T * width, len(view.weights), 0))
    artists["row"].set_bounds(0, row, T * width, 1)
    for k in range(WIDEST):
        _put(artists[f"read {k}"], view.text[k : k + 1], ((k + 0.5) * width, 10.35), 40 / T + 5)
    for k, character in enumerate(view.iso):
        artists[f"written {k}"].set_text(character)
        artists[f"written {k}"].set_alpha(1.0 if k <= row else 0.35)
    for k, probability in enumerate(view.probabilities):
        artists[f"bar {k}"].set_height(probability)
    artists["context"].set_data(np.arange(1, len(view.context) + 1), view.context)
    artists["missing"].set_text(_say_what_is_missing(view.text).strip())
    return artists


def _put(artist, character, place, size):
    artist.set_visible(bool(character))
    if character:
        label, path = label_character(character)
        size = min(12.0, 4 + size) if len(label) == 1 else 5.5
        artist.set_fontproperties(FontProperties(fname=path, size=size))
        artist.set_rotation(0 if len(label) == 1 else 90)
        artist.set_text(label)
        artist.set_position(place)


def _prepare_axes(view, axes):
    top, left, right = axes
    grid = GridSpec(2, 2, figure=top.figure, height_ratios=(1.7, 1))
    for ax, place in ((top, grid[0, :]), (left, grid[1, 0]), (right, grid[1, 1])):
        ax.set_subplotspec(place)
    top.set_title("Where each character written looks (dark: a large weight)", loc="left")
    # the limits have room for the characters, which are artists: tick labels could not move
    artists = {"map": top.imshow(view.weights, cmap=_MAP, vmin=0, vmax=1, aspect="auto")}
    top.set(xlim=(-0.035, 1), ylim=(11.2, -0.1), xticks=[], yticks=[])
    top.grid(False)
    top.spines[:].set_visible(False)
    artists["row"] = top.add_patch(
        Rectangle((0, 0), 1, 1, fill=False, edgecolor=COLORS["relu"], linewidth=2)
    )
    style = {"ha": "center", "va": "center", "parse_math": False}
    for k in range(WIDEST):
        artists[f"read {k}"] = add_kept_text(top, 0, 0, **style)
    for k in range(len(view.iso)):
        artists[f"written {k}"] = add_kept_text(top, -0.015, k + 0.5, fontsize=11, **style)
    artists["missing"] = top.text(1, 11.1, "", ha="right", va="bottom", fontsize=9)
    bars = left.bar(range(len(ISO_CHARACTERS)), view.probabilities, color=COLORS["tanh"])
    left.set_xticks(range(len(ISO_CHARACTERS)), list(ISO_CHARACTERS))
    left.set(ylim=(0, 1.02), ylabel="probability", xlabel="next character")
    left.grid(False, axis="x")
    (artists["context"],) = right.plot([], [], color=COLORS["identity"], drawstyle="steps-mid")
    right.set(xlim=(0.5, len(view.context) + 0.5), ylim=(-1.02, 1.02))
    right.set(xlabel="entry of the context vector", ylabel="value")
    return artists | {f"bar {k}": bar for k, bar in enumerate(bars)}


def describe_scrubber(view):
    """The step in words: where it looks most, what it writes, and what comes out in the end.

    Parameters
    ----------
    view : AlignmentView

    Returns
    -------
    sentences : str
    """
    row = view.weights[view.step - 1]
    top, best = int(row.argmax()), int(view.probabilities.argmax())
    seen = "a space" if view.text[top] == " " else f"“{view.text[top]}”"
    before = f"after “{view.iso[: view.step - 1]}”" if view.step > 1 else "before any character"
    return (
        f"Score {view.score}, step {view.step} of {len(view.iso)}, {before}: the largest weight, "
        f"{row[top]:.2f}, lies on {seen}, character {top + 1} of {len(row)}; the next character "
        f"is “{ISO_CHARACTERS[best]}” with probability {view.probabilities[best]:.2f}. "
        f"“{view.text}” becomes {view.iso}."
    )


def draw_weights_by_step(series, axes):
    """Draw one value for each of the ten characters written, a line for each series.

    Parameters
    ----------
    series : dict of str to float array (10,)
        Shares, 0 to 1.
    axes : matplotlib.axes.Axes

    Raises
    ------
    ValueError
        Not ten values.
    """
    colors = [COLORS[name] for name in ("tanh", "relu", "identity", "third")]
    for number, (name, values) in enumerate(series.items()):
        values = check_array(f"series[{name!r}]", values, shape=(10,))
        marker, line = "os^D"[number % 4], ("-", "--", "-.", ":")[number % 4]
        axes.plot(values, line, marker=marker, color=colors[number % 4], label=name)
    axes.set_xticks(range(10), ["Y", "Y", "Y", "Y", "–", "M", "M", "–", "D", "D"])
    axes.set(ylim=(-0.03, 1.03), xlabel="character written")
    axes.legend(frameon=False)
