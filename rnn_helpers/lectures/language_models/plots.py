"""Pictures for lecture 03: what a model writes, and the distribution that it draws from."""

import unicodedata
from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties

from rnn_helpers.display.figures import COLORS
from rnn_helpers.display.fonts import find_font
from rnn_helpers.display.text_block import TextBlock
from rnn_helpers.lectures.language_models.sampling import SamplingView

COLUMNS, ROWS = 44, 8


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


def make_drawable(text: str, signs: tuple[str | None, str, bool]) -> str:
    """Text on one line: a sign for a line break, · for what the font cannot draw."""
    _, line_break, complete = signs
    return "".join(
        line_break if letter == "\n"
        else letter if letter.isprintable() and (complete or letter.isascii())
        else "·"
        for letter in text
    )  # fmt: skip


def wrap_columns(text: str, *, columns: int = COLUMNS, rows: int = ROWS) -> str:
    r"""Cut a line into a block; letters of East Asian scripts count for two columns.

    Examples
    --------
    >>> wrap_columns("abcdef", columns=4)
    'abcd\nef'
    >>> wrap_columns("가나다", columns=4)
    '가나\n다'
    """
    lines, width = [""], 0
    for letter in text:
        wide = 2 if unicodedata.east_asian_width(letter) in "WF" else 1
        if width + wide > columns:
            if len(lines) == rows:
                break
            lines.append("")
            width = 0
        lines[-1] += letter
        width += wide
    return "\n".join(lines)


def draw_sampling(
    view: SamplingView, axes: Sequence[Axes], artists: dict[str, Any] | None = None
) -> dict[str, Any]:
    """Draw a sampled text beside the distribution after its prompt, or move what was drawn."""
    if artists is None:
        artists = _prepare_axes(view, axes)
    shown = make_drawable(view.prompt + view.sample, choose_signs(view.characters))
    artists["text"].set_text(wrap_columns(shown))
    for row, probability in enumerate(view.after[: len(view.labels)]):
        artists[f"bar {row}"].set_width(probability)
    return artists


def _prepare_axes(view, axes):
    left, right = axes
    signs = path, line_break, _ = choose_signs(view.characters)
    left.set_axis_off()
    left.set_title(f"What the model writes ({line_break} is a line break)", loc="left")
    text = TextBlock(left, 0.0, 0.96, fontsize=11, characters=view.characters + line_break)
    places = np.arange(len(view.labels))
    right.barh(
        places, view.before[: len(places)], color="none", edgecolor=COLORS["data"], linewidth=1.2,
        label="as the model says",
    )  # fmt: skip
    bars = right.barh(
        places, view.after[: len(places)], height=0.5, color=COLORS["second"], label="drawn from"
    )
    labels = ["space" if token == " " else make_drawable(token, signs) for token in view.labels]
    font, title_font = (FontProperties(fname=path, size=size) for size in (11, 12))
    right.set_yticks(places, labels, fontproperties=font, parse_math=False)
    right.set(xlim=(0, 1.02), ylim=(len(places) - 0.4, -0.6), xlabel="probability")
    right.grid(False, axis="y")
    prompt = make_drawable(view.prompt, signs)
    right.set_title(
        f"The next token after “{prompt}”", loc="left", fontproperties=title_font, parse_math=False
    )
    right.legend(loc="lower right", frameon=False, fontsize=10)
    return {"text": text, **{f"bar {row}": bar for row, bar in enumerate(bars)}}


def describe_sampling(view: SamplingView) -> str:
    """The verdict in words: what is left to choose from, and how unsure the choice is."""
    left = view.after_all[view.after_all > 0]
    unsure = float(np.exp(-(left * np.log(left)).sum()))
    top = "space" if view.labels[0] == " " else f"“{view.labels[0].replace(chr(10), '↵')}”"
    tokens = "token" if len(left) == 1 else "tokens"
    best = f"the likeliest is {top} with {view.after[0]:.2f}" if view.after[0] else "none shown"
    return (
        f"Temperature {view.temperature:.2f}, top-k {view.top_k or 'all'}, top-p "
        f"{view.top_p:.2f}: {len(left)} {tokens} of {len(view.after_all)} left to draw from; "
        f"{best}, as unsure as among {unsure:.1f}."
    )
