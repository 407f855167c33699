"""Pictures for lecture 03: the network, its text and its training, and what a model writes."""

import math
import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from numpy.typing import ArrayLike

from rnn_helpers.data.studies import StudyTable
from rnn_helpers.display.figures import COLORS, new_figure, show
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


_UNITS = {  # of the study `units`: colour and marker
    "characters": ("rnn", "o"), "plain characters": ("second", "s"), "words": ("accent", "^"),
}  # fmt: skip
_TEXT = {"ha": "center", "va": "center"}


def draw_network(
    tokens: Sequence[str], probabilities: ArrayLike, vocabulary: Sequence[str]
) -> None:
    """Draw the model at every step of a sentence: token, row, state, and what it says is next.

    `probabilities` (T, V) are those of the next token; the token that came is lit.
    """
    probabilities = np.asarray(probabilities)
    T, V = probabilities.shape
    figure, axes = new_figure(9.5, 4.6)
    arrow = {"arrowstyle": "-|>", "color": COLORS["bound"], "shrinkA": 14, "shrinkB": 14}
    box = {"boxstyle": "round,pad=0.35", "edgecolor": COLORS["rnn"], "facecolor": "#E8F1F8"}
    for t, token in enumerate(tokens, start=1):
        came_before = f"“{tokens[t - 2]}”" if t > 1 else "nothing yet"
        axes.text(t, 0.0, came_before, fontsize=11, **_TEXT)
        axes.text(t, 1.0, f"$x_{t}$" if t > 1 else "$x_1 = 0$", fontsize=12, bbox=box, **_TEXT)
        axes.text(t, 2.0, f"$h_{t}$", fontsize=12, bbox=box, **_TEXT)
        axes.text(t, 3.0, rf"$\ell_{t}$", fontsize=12, bbox=box, **_TEXT)
        for low in (0, 1, 2):
            axes.annotate("", (t, low + 1), (t, low), arrowprops=arrow)
        if t < T:
            axes.annotate(
                "", (t + 1, 2), (t, 2), arrowprops={**arrow, "shrinkA": 18, "shrinkB": 18}
            )
        for number, p in enumerate(probabilities[t - 1]):
            lit = vocabulary[number] == token
            axes.bar(
                t - 0.36 + 0.72 * (number + 0.5) / V, 3.2 * p, 0.72 / V * 0.8, bottom=3.55,
                color=COLORS["relu" if lit else "second"],
            )  # fmt: skip
        axes.text(t, 4.75, f"“{token}” came", color=COLORS["relu"], fontsize=11, **_TEXT)
    for height, label in ((0, "token before"), (1, "row of the table"), (2, "state"),
                          (3, "logits"), (3.9, "softmax: p")):  # fmt: skip
        axes.text(0.45, height, label, fontsize=11, ha="right", va="center")
    axes.set(xlim=(-0.65, T + 0.5), ylim=(-0.3, 5.0))
    axes.axis("off")
    axes.set_title("One step for each token of the sentence", loc="left")
    show(
        figure,
        alt=f"The network over the {T} steps of “{' '.join(tokens)}”. In each step an arrow leads "
        "from the token before, at step 1 none, to its row of the table x, from there to the state "
        "h, which also gets an arrow from the state before, on to the logits ℓ and to a bar of "
        f"probability for each of the {V} tokens; the bar of the token that came is lit. The bars "
        f"lie between {probabilities.min():.2f} and {probabilities.max():.2f}.",
    )


def draw_streams(inputs: Sequence[str], *, window: int) -> None:
    """Draw a text as streams, one in each row, in windows between which the state is handed on."""
    length = len(inputs[0])
    figure, axes = new_figure(9.5, 0.55 * len(inputs) + 1.7)
    arrow = {"arrowstyle": "-|>", "color": COLORS["relu"], "linewidth": 1.6}
    shades, gap = ("#E8F1F8", "#FFF3DC"), 0.9
    for row, stream in enumerate(inputs):
        for place, letter in enumerate(stream):
            number = place // window
            x = place + gap * number
            axes.barh(-row, 1, left=x - 0.5, height=0.72, color=shades[number % 2])
            axes.text(x, -row, "␣" if letter == " " else letter, fontsize=13, **_TEXT)
            if place % window == window - 1 and place < length - 1:
                axes.annotate("", (x + 0.5 + gap, -row), (x + 0.5, -row), arrowprops=arrow)
        axes.text(-0.8, -row, f"stream {row + 1}", fontsize=11, ha="right", va="center")
        axes.text(-0.8 - 2.9, -row, "$h_0 = 0$", fontsize=11, ha="right", va="center")
    for number in range(math.ceil(length / window)):
        x = number * (window + gap) + (window - 1) / 2
        axes.text(x, 0.85, f"update {number + 1}", fontsize=11, **_TEXT)
    end = length - 1 + gap * ((length - 1) // window)
    axes.set(xlim=(-5.6, end + 0.8), ylim=(0.3 - len(inputs), 1.2))
    axes.axis("off")
    axes.set_title(
        "Arrows: the state is carried, as numbers without their past", loc="left", fontsize=12
    )
    show(
        figure,
        alt=f"{len(inputs)} streams under each other, {length} characters each, every one a part "
        f"of the text from its beginning to its end: {', '.join(f'“{s}”' for s in inputs)}. They "
        f"are cut into windows of {window}; the windows of one column make one update. An arrow "
        "in each stream leads from the end of a window to the beginning of the next. Each stream "
        "begins with a state of zeros.",
    )


def draw_unknown_shares(sizes: Sequence[int], shares: Sequence[float]) -> None:
    """Draw the share of new text that a vocabulary of each size does not know."""
    figure, axes = new_figure(7.5, 3.2)
    axes.plot(sizes, 100 * np.asarray(shares), "o-", color=COLORS["tanh"])
    axes.set(xscale="log", xlabel="size of the vocabulary, log scale", ylabel="unknown, in %")
    axes.set_title("Words of the validation part that are not in the vocabulary", loc="left")
    show(
        figure,
        alt="Share of new words that are unknown against the size of the vocabulary: it falls "
        "steeply at first, then flattens, and does not reach zero even when every word of the "
        "training text is in.",
    )


def draw_learning(
    losses: Sequence[float], evaluations: Sequence[tuple[int, float]],
    levels: Mapping[str, float],
) -> None:  # fmt: skip
    """Draw the loss of every update and the validation loss, in nats, over named levels."""
    figure, axes = new_figure(8.5, 3.4)
    axes.plot(
        range(1, len(losses) + 1), losses, linewidth=0.9, color=COLORS["second"],
        label="training, the batch of each update",
    )  # fmt: skip
    axes.plot(
        *zip(*evaluations, strict=True), "o-", color=COLORS["rnn"], label="validation, all of it"
    )
    for (name, nats), style in zip(levels.items(), (":", "--", "-."), strict=False):
        axes.axhline(nats, linestyle=style, color=COLORS["bound"], label=f"{name}, validation")
    axes.set(xlabel="update", ylabel="loss, nats per character")
    axes.set_title("The loss during training", loc="left")
    axes.legend()
    names = " and ".join(levels)
    show(
        figure,
        alt="Loss in nats per character against updates. The training loss, a jagged line, and "
        "the validation loss, a line with marks, fall together, steeply at first and then ever "
        f"more slowly; level lines show the {names}.",
    )


def draw_counted(counted: StudyTable, networks: Mapping[str, Sequence[float]]) -> None:
    """Draw the stored losses of counting by order, and a band over the seeds of each network.

    The name of a network begins with that of its cell.
    """
    figure, axes = new_figure(8.5, 3.8)
    parts = []
    for model, marker, color in (("shorter context", "o", "data"), ("Kneser–Ney", "s", "muted")):
        rows = counted.select(model=model)
        axes.plot(
            rows["order"], rows["nats"], f"{marker}-", color=COLORS[color], label=f"counts: {model}"
        )
        first, best = rows["nats"][0], rows["nats"].min()
        parts.append(f"{model} from {first:.2f} at one character to {best:.2f}")
    for name, nats in networks.items():
        color, mean = COLORS[name.split()[0].lower()], float(np.mean(nats))
        axes.axhspan(min(nats), max(nats), color=color, alpha=0.35, linewidth=0)
        axes.axhline(mean, color=color, linewidth=1.2)
        axes.text(10.5, max(nats) + 0.01, name, ha="right", va="bottom", fontsize=10, color=color)
        parts.append(f"{name} {mean:.2f}")
    axes.set(xlabel="characters of context that are counted", ylabel="nats per character",
             xlim=(0.8, 10.6), xticks=range(1, 9))  # fmt: skip
    axes.set_title("Held-out loss, from the stored studies", loc="left")
    axes.legend()
    show(figure, alt=f"Held-out loss in nats per character: {'; '.join(parts)}.")


def draw_units(study: StudyTable, live: Mapping[str, tuple[float, float]]) -> None:
    """Draw bits per byte by learning rate, on validation, and by update, on held-out text.

    `live` has the rate and the bits of runs of this session, by unit.
    """
    figure, (left, right) = new_figure(10, 3.6, ncols=2, sharey=True)
    validation = study.select(part="validation")
    rates, parts = np.unique(validation["learning_rate"]), []
    for unit, (color, marker) in _UNITS.items():
        color = COLORS[color]
        for budget, style in zip(np.unique(validation["budget"]), ("--", "-"), strict=True):
            rows = validation.select(unit=unit, budget=budget)
            means = [rows.select(learning_rate=rate)["bits_per_byte"].mean() for rate in rates]
            label = f"{budget:,} updates" if unit == "characters" else None
            left.plot(rates, means, style, marker=marker, color=color, label=label)
        if unit in live:
            left.plot(
                *live[unit], marker, markersize=13, markerfacecolor="none", color=COLORS["data"]
            )
        rows = study.select(unit=unit, part="held out")
        rows = rows.select(budget=int(rows["budget"].max()))
        for seed in np.unique(rows["seed"]):
            one = rows.select(seed=seed)
            label = unit if seed == 0 else None
            right.plot(
                one["updates"], one["bits_per_byte"], color=color, linewidth=1, marker=marker,
                markersize=4, label=label,
            )  # fmt: skip
        last = rows.select(updates=int(rows["updates"].max()))["bits_per_byte"]
        parts.append(f"{unit} {last.min():.2f} to {last.max():.2f}")
    left.set(xscale="log", xlabel="learning rate, log scale", ylabel="bits per byte")
    left.set_xticks(rates, [f"{rate:g}" for rate in rates], minor=False)
    left.minorticks_off()
    left.set_title("Validation, two seeds; rings: this session", loc="left", fontsize=11)
    left.legend(fontsize=9)
    right.set(xlabel="update")
    right.set_title("Held out, five seeds, at the best rate", loc="left", fontsize=11)
    right.legend(fontsize=9)
    show(
        figure,
        alt="Bits per byte in two panels. Left, validation text against the learning rate, for "
        "each unit at two budgets. Right, held-out text during the longest training; in the end "
        f"five seeds of each: {', '.join(parts)}.",
    )
