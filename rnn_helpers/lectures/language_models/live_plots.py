"""Moving pictures for lecture 03: what a model writes, and the streams that it learns from."""

import re
import unicodedata
from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform
from PIL import Image, ImageDraw, ImageFont

from rnn_helpers.display.figures import COLORS
from rnn_helpers.display.fonts import find_font
from rnn_helpers.display.recording import AsDrawn
from rnn_helpers.display.text_block import TextBlock, measure_space
from rnn_helpers.lectures.language_models.sampling import SamplingView

COLUMNS, ROWS = 44, 5
_SAID, _MOST = 6, 9  # bits from which on the number stands below, and the largest number
_RUN = 5  # spaces from which on they are folded
# Of 0 to 6 bits: as see-through as leaves the text to be read, by day and by night.
TINTS = np.array(
    [to_rgba(COLORS["accent"], share) for share in (0, 0.08, 0.16, 0.25, 0.33, 0.42, 0.5)]
)
MODEL, DRAWN, SURPRISE = SAMPLING_PARTS = {
    "as the model says": "the probability of each token after the prompt, before anything changes",
    "drawn from": "the same after temperature, top-k and top-p; below a red line all is cut",
    "bits of surprise": "how unlikely the model itself found what it wrote, −log₂ p at temperature "
    "1; one bit is the toss of a coin",
}
_MIDDLE = {"ha": "center", "va": "center"}


def choose_signs(characters: str) -> tuple[str | None, str, bool]:
    """A font that has the characters, the sign for a line break that it has too, and True.

    The sign is "↵", or "¶" where the font lacks that. If no font of this machine has all of
    them, it is Matplotlib's own, and False.
    """
    for sign in "↵¶":
        path = find_font(characters + sign)
        if path is not None:
            return path, sign, True
    return find_font("↵"), "↵", False


def _choose_fold(characters):
    path, sign, _ = choose_signs(characters)
    return "␣×" if find_font(characters + sign + "␣×") == path else "_x"


def make_drawable(text: str, signs: tuple[str | None, str, bool]) -> str:
    """Text on one line: a sign for a line break, · for what the font cannot draw."""
    _, line_break, complete = signs
    return "".join(
        line_break if letter == "\n"
        else letter if letter.isprintable() and (complete or letter.isascii())
        else "·"
        for letter in text
    )  # fmt: skip


def fold_spaces(text: str, bits: np.ndarray, sign: str = "␣×") -> tuple[str, np.ndarray]:
    """Shorten long runs of spaces to a sign and their number, and the bits along with them.

    The first letter of the sign has the bits of the first space, the others the mean of the rest.

    Examples
    --------
    >>> fold_spaces("a       b", np.arange(9))[0]
    'a␣×7b'
    """
    letters, folded = [], []
    for run in re.finditer(rf" {{{_RUN},}}|.", text, re.DOTALL):
        part, many = bits[run.start() : run.end()], run.end() - run.start()
        said = run[0] if many == 1 else f"{sign}{many}"
        letters.append(said)
        folded += [part[0], *[part[1:].mean()] * (len(said) - 1)] if many > 1 else [part[0]]
    return "".join(letters), np.array(folded)


def wrap_columns(text: str, *, columns: int = COLUMNS, rows: int = ROWS) -> str:
    r"""Cut a line into a block; letters of East Asian scripts count for two columns.

    The sign of folded spaces is not cut.

    Examples
    --------
    >>> wrap_columns("abcdef", columns=4)
    'abcd\nef'
    >>> wrap_columns("가나다", columns=4)
    '가나\n다'
    """
    lines, width = [""], 0
    for piece in re.findall(r"(?:␣×|_x)\d+|.", text):
        wide = _count_columns(piece)
        if width + wide > columns:
            if len(lines) == rows:
                break
            lines.append("")
            width = 0
        lines[-1] += piece
        width += wide
    return "\n".join(lines)


class SurpriseBlock(TextBlock):
    """A block of text on which each character is tinted by its surprise, with the bits below it."""

    def __init__(self, axes: Axes, x: float, y: float, *, characters: str, fontsize: float):
        super().__init__(axes, x, y, fontsize=fontsize, linespacing=1.3, characters=characters)
        self._levels, self._block = np.zeros((0, 0), dtype=int), ""

    def set_characters(self, text: str, bits: np.ndarray) -> None:
        """Show a text, wrapped, over the whole bits of each character where they are many."""
        levels, lines, done = np.zeros((2 * ROWS, COLUMNS), dtype=int), [], 0
        self._block, wholes = wrap_columns(text), np.minimum(bits, _MOST).astype(int).tolist()
        for row, line in enumerate(self._block.split("\n")):
            numbers, column = [], 0
            for letter, whole in zip(line, wholes[done : done + len(line)], strict=True):
                width = _count_columns(letter)
                levels[2 * row, column : column + width] = min(whole, len(TINTS) - 1)
                numbers.append((str(whole) if whole >= _SAID else " ").ljust(width))
                column += width
            lines += [line, "".join(numbers).rstrip()]
            done += len(line)
        self.set_text("\n".join(lines))
        self._levels = levels[: len(lines)]

    def get_text(self) -> str:
        """The lines of the text, without the numbers below them."""
        return self._block

    def get_levels(self) -> np.ndarray:
        """The tint of each place, in whole bits: (rows of text and of numbers, columns)."""
        return self._levels

    def draw(self, renderer: Any) -> None:
        """Tints below, text above."""
        if not self.get_visible():
            return
        figure: Any = self.figure
        size = self._fontsize * figure.dpi / 72
        step = round(size * self._linespacing)
        x, y = self._axes.transAxes.transform(self._corner)
        if hasattr(renderer, "draw_block"):  # a recorder, which makes the text fit
            path = cast("str", self._font)
            advance = size / 2 if self._wide else measure_space(path, size)
            widest = max(map(_count_columns, self._text.split("\n")))
            shrunk = min(1.0, (renderer.width - x) / max(1, widest * advance))
            step, advance = step * shrunk, advance * shrunk
        else:  # whole pixels, as the letters are drawn
            advance = self._measure()[1]
        renderer.open_group("text", self.get_gid())
        rows, columns = self._levels.shape
        xs, ys = np.meshgrid(x + advance * np.arange(columns + 1), y - step * np.arange(rows + 1))
        context = renderer.new_gc()
        renderer.draw_quad_mesh(
            context, IdentityTransform(), columns, rows, np.dstack([xs, ys - 0.12 * step]),
            np.zeros((1, 2)), IdentityTransform(), TINTS[self._levels].reshape(-1, 4), False,
            np.zeros((0, 4)),
        )  # fmt: skip
        context.restore()
        super().draw(renderer)
        renderer.close_group("text")

    def _measure(self):
        """The font, and what it advances from column to column."""
        size, path = self._fontsize * cast("Any", self.figure).dpi / 72, cast("str", self._font)
        font = ImageFont.truetype(path, size, layout_engine=ImageFont.Layout.BASIC)
        return font, font.getlength("기") / 2 if self._wide else font.getlength(" ")

    def _render(self):
        """Each letter at its column, as the tints are: not every font for Korean has columns."""
        font, advance = self._measure()
        step, lines = round(font.size * self._linespacing), self._text.split("\n")
        width = int(np.ceil(advance * max(map(_count_columns, lines)))) + 2
        page = Image.new("L", (width, step * len(lines)))
        pen = ImageDraw.Draw(page)
        for row, line in enumerate(lines):
            for place, letter in enumerate(line):
                x = round(advance * _count_columns(line[:place]))
                pen.text((x, row * step), letter, fill=255, font=font)
        return np.asarray(page)


def _count_columns(text):
    wide = 0 if text.isascii() else sum(unicodedata.east_asian_width(x) in "WF" for x in text)
    return len(text) + wide


def draw_sampling(
    view: SamplingView, axes: Sequence[Axes], artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw a sampled text, its surprises, and the distribution after its prompt, or move them."""
    if artists is None:
        artists = _prepare_axes(view, axes)
    text = make_drawable(view.prompt + view.sample, choose_signs(view.characters))
    bits = np.pad(np.repeat(view.surprises, view.lengths), (len(view.prompt), 0))
    artists["text"].set_characters(*fold_spaces(text, bits, _choose_fold(view.characters)))
    artists["bars"].set_path(_stack_bars(view.after[: len(view.labels)], 0.5))
    left = int((view.after_all > 0).sum())
    _move_cut(artists, "top-k", view.top_k or 0, f"{view.top_k}", len(view.labels))
    _move_cut(
        artists, "top-p", left if view.top_p < 1 else 0, f"{view.top_p:.2f}", len(view.labels)
    )
    return artists


def _move_cut(artists, name, kept, value, shown):
    """The line below the last token that is kept; below all that are shown if there are more."""
    line, label = artists[name], artists[f"{name} label"]
    for artist in (line, label):
        artist.set_visible(kept > 0)
    height = min(kept, shown) - 0.5
    line.set_ydata([height, height])
    label.set_y(height)
    label.set_text(f"{name} {value}" + (" ↓" if kept > shown else ""))


def _prepare_axes(view, axes):
    left, right = axes
    signs = path, line_break, _ = choose_signs(view.characters)
    left.set_axis_off()
    left.set_title(f"What the model writes ({line_break}: new line)", loc="left")
    text = SurpriseBlock(left, 0.0, 0.99, fontsize=11, characters=view.characters + line_break)
    text.set_gid(SURPRISE)
    left.text(
        0, 0.05, f"{SURPRISE}:", gid=SURPRISE, transform=left.transAxes, fontsize=10, va="center"
    )
    for level in range(len(TINTS)):
        x = 0.36 + 0.07 * level
        box = Rectangle((x, 0.0), 0.06, 0.1, transform=left.transAxes, facecolor=TINTS[level])
        box.set_gid(AsDrawn(SURPRISE))
        left.add_patch(box)
        said = f"{level}" if level < len(TINTS) - 1 else f"≥{level}"
        left.text(
            x + 0.03, 0.05, said, gid=SURPRISE, transform=left.transAxes, fontsize=10, **_MIDDLE
        )
    places = np.arange(len(view.labels))
    outlines, bars = (
        right.add_patch(PathPatch(_stack_bars(probabilities[: len(places)], height), **look))
        for probabilities, height, look in (
            (view.before, 0.8, {"facecolor": "none", "edgecolor": COLORS["data"],
                                "linewidth": 1.2, "label": MODEL, "gid": MODEL}),
            (view.after, 0.5, {"facecolor": COLORS["second"], "edgecolor": "none",
                               "label": DRAWN, "gid": DRAWN}),
        )
    )  # fmt: skip
    labels = ["space" if token == " " else make_drawable(token, signs) for token in view.labels]
    font, title_font = (FontProperties(fname=path, size=size) for size in (11, 12))
    right.set_yticks(places, labels, fontproperties=font, parse_math=False)
    right.set(xlim=(0, 1.02), ylim=(len(places) + 0.4, -1.8), xlabel="probability")
    right.grid(False, axis="y")
    prompt = make_drawable(view.prompt, signs)
    right.set_title(
        f"The next token after “{prompt}”", loc="left", fontproperties=title_font, parse_math=False
    )
    right.legend(handles=[outlines, bars], loc="upper right", frameon=False, fontsize=10, ncols=2)
    cuts = {}
    for name, style, place in (("top-k", "--", 1.0), ("top-p", ":", 0.66)):
        (cuts[name],) = right.plot(
            [0, 1.02], [0, 0], style, color=COLORS["relu"], linewidth=1.8, gid=DRAWN
        )
        cuts[f"{name} label"] = right.text(
            place, 0, "", fontsize=10, ha="right", va="top", gid=DRAWN
        )
    return {"text": text, "bars": bars, **cuts}


def _stack_bars(lengths, height):
    """Bars from 0 to the right, one below the other, in one path: one mark where ten would be."""
    corners = np.zeros((len(lengths), 5, 2))
    corners[:, 1:3, 0] = np.reshape(lengths, (-1, 1))
    corners[..., 1] = np.arange(len(lengths))[:, None] + height * np.array([-1, -1, 1, 1, -1]) / 2
    codes = [Path.MOVETO, *[Path.LINETO] * 3, Path.CLOSEPOLY] * len(lengths)
    return Path(corners.reshape(-1, 2), codes)


def describe_sampling(view: SamplingView) -> str:
    """The verdict in words: what is left to choose from, and how unsure the choice is."""
    left = view.after_all[view.after_all > 0]
    unsure = float(np.exp(-(left * np.log(left)).sum()))
    top = "space" if view.labels[0] == " " else f"“{view.labels[0].replace(chr(10), '↵')}”"
    if len(left) == 1:
        choice = f"1 token of {len(view.after_all)} left, {top}"
    else:
        share = "more than 0.99" if view.after[0] >= 0.995 else f"{view.after[0]:.2f}"
        choice = (
            f"{len(left)} tokens of {len(view.after_all)} left to draw from; the likeliest is "
            f"{top} with {share}, as unsure as between {unsure:.1f} equally likely tokens"
        )
    return (
        f"Temperature {view.temperature:.2f}, top-k {view.top_k or 'all'}, top-p "
        f"{view.top_p:.2f}: {choice}. The model itself finds "
        f"{view.surprises.mean():.1f} bits of surprise in a {view.unit}, on average."
    )
