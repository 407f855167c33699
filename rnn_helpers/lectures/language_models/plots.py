"""Still pictures for lecture 03: the network, its text and its training."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import ArrayLike

from rnn_helpers.data.studies import StudyTable
from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import COLORS, draw_both, is_narrow, new_figure, show

_UNITS = {  # of the study `units`: colour and marker
    "characters": ("rnn", "o"), "plain characters": ("second", "s"), "words": ("accent", "^"),
}  # fmt: skip
_COUNTED = {"shorter context": ("o", "data"), "Kneser–Ney": ("s", "muted")}
_ACROSS = 2.0  # from step to step, in drawing units
_HEIGHTS = {"token": 0.25, "embedding": 1.0, "cell": 2.1, "readout": 3.2, "softmax": 4.15}
_FLOOR, _SHARE = 4.75, 3.0  # of the bars, and the height of a probability of 1


def draw_network(
    tokens: Sequence[str], probabilities: ArrayLike, vocabulary: Sequence[str], *,
    inputs: ArrayLike, states: ArrayLike, logits: ArrayLike,
) -> None:  # fmt: skip
    """Draw the model at every step of a sentence: token, embedding, state, and what it says next.

    `inputs` (T, D), `states` (T, H) and `logits` (T, V) are the vectors: their lines are as wide
    as their norms; a token is no vector, and its line stays thin.
    `probabilities` (T, V) are those of the next token; the token that came is lit.
    """
    probabilities = np.asarray(probabilities)
    vectors = {"x": inputs, "h": states, "ℓ": logits}
    lengths = {letter: np.linalg.norm(rows, axis=1) for letter, rows in vectors.items()}
    T, V = probabilities.shape
    figure, axes = new_figure(9.5, 4.7)
    diagram = Diagram(axes, _ACROSS * T + 1.9, 6.5)
    heights = list(_HEIGHTS.values())
    for name, height in _HEIGHTS.items():
        diagram.text(name, 1.3, height, "token before" if name == "token" else name, ha="right")
    for t, token in enumerate(tokens, start=1):
        x = 1.7 + _ACROSS * (t - 0.5)
        diagram.text("token", x, heights[0], f"“{tokens[t - 2]}”" if t > 1 else "nothing yet")
        diagram.layer("embedding", x, heights[1], "table", width=0.8)
        diagram.layer("cell", x, heights[2], "tanh", width=0.8)
        diagram.layer("readout", x, heights[3], r"$W_{hy}$", width=0.8)
        diagram.operation("softmax", x, heights[4], "exp/Σ", radius=0.36)
        ends = [(0.42, 0.75), (1.25, 1.85), (2.35, 2.95), (3.45, 3.79)]
        values = (None, f"x{t}", f"h{t}", f"ℓ{t}")
        for name, (low, high), value in zip(_HEIGHTS, ends, values, strict=False):
            diagram.line(name, [(x, low), (x, high)], value=value)
        diagram.text("embedding", x + 0.16, 1.52, f"$x_{t}$", ha="left")
        diagram.text("cell", x + 0.16, 2.62, f"$h_{t}$", ha="left")
        diagram.text("readout", x + 0.16, 3.6, rf"$\ell_{t}$", ha="left")
        start = (x - (_ACROSS - 0.4 if t > 1 else 1.2), heights[2])
        diagram.line("cell", [start, (x - 0.4, heights[2])], value=f"h{t - 1}")
        for number, p in enumerate(probabilities[t - 1]):
            lit = vocabulary[number] == token
            axes.bar(
                x - 0.7 + 1.4 * (number + 0.5) / V, _SHARE * p, 1.4 / V * 0.8, bottom=_FLOOR,
                color=COLORS["relu" if lit else "second"],
            )  # fmt: skip
        diagram.text("softmax", x, 6.2, f"“{token}” came", color=COLORS["relu"])
    diagram.text("cell", 1.85, heights[2] + 0.25, "$h_0 = 0$")
    diagram.move({"h0": 0.0})
    for letter, sizes in lengths.items():
        diagram.move({f"{letter}{t}": size for t, size in enumerate(sizes, start=1)})
    axes.set_title("One step for each token of the sentence, the same boxes in each", loc="left")
    show(
        figure,
        alt=f"The network over the {T} steps of “{' '.join(tokens)}”. In each step a line leads "
        "from the token before, at step 1 none, through the embedding as x to the cell, which "
        "also takes in the state before, at step 1 zeros; from there the state h goes on to the "
        "next step and through the readout, as logits ℓ, to the softmax and a bar of probability "
        f"for each of the {V} tokens; the bar of the token that came is lit. The bars lie between "
        f"{probabilities.min():.2f} and {probabilities.max():.2f}.",
        breaks=[1.7 + _ACROSS * t for t in range(2, T, 3)],
    )


def draw_unknown_shares(sizes: Sequence[int], shares: Sequence[float]) -> None:
    """Draw the share of new text that a vocabulary of each size does not know."""

    def draw(axes):
        axes.plot(sizes, 100 * np.asarray(shares), "o-", color=COLORS["tanh"])
        axes.set(xscale="log", xlabel="size of the vocabulary, log scale", ylabel="unknown, in %")
        axes.set_ylim(0)
        axes.set_title(
            "With every word of the training text, "
            f"{100 * shares[-1]:.1f}\u00a0% of new words are unknown",
            loc="left",
        )

    figure, narrow = draw_both(draw, 7.5, 3.2, narrow=3.2)
    show(
        figure,
        narrow=narrow,
        alt="Share of new words that are unknown against the size of the vocabulary: it falls "
        "steeply at first, then flattens, and does not reach zero even when every word of the "
        "training text is in.",
    )


def draw_learning(
    losses: Sequence[float], evaluations: Sequence[tuple[int, float]],
    levels: Mapping[str, float],
) -> None:  # fmt: skip
    """Draw the loss of every update and the validation loss, in nats, over named levels."""
    names, (last, level) = " and ".join(levels), list(levels.items())[-1]

    def draw(axes):
        axes.plot(
            range(1, len(losses) + 1), losses, linewidth=0.9, color=COLORS["second"],
            label="training, the batch of each update",
        )  # fmt: skip
        axes.plot(
            *zip(*evaluations, strict=True), "o-", color=COLORS["rnn"],
            label="validation, all of it",
        )  # fmt: skip
        for (name, nats), style in zip(levels.items(), (":", "--", "-."), strict=False):
            axes.axhline(nats, linestyle=style, color=COLORS["bound"], label=f"{name}, validation")
        axes.set(xlabel="update", ylabel="loss, nats per character")
        axes.set_title(
            f"After {evaluations[-1][0]} updates the network needs {evaluations[-1][1]:.2f} nats, "
            f"the {last} {level:.2f}", loc="left",
        )  # fmt: skip
        axes.legend(fontsize=9 if is_narrow(axes) else 10)

    figure, narrow = draw_both(draw, 8.5, 3.4, narrow=3.6)
    show(
        figure,
        narrow=narrow,
        alt="Loss in nats per character against updates. The training loss, a jagged line, and "
        "the validation loss, a line with marks, fall together, steeply at first and then ever "
        f"more slowly; level lines show the {names}.",
    )


def draw_counted(counted: StudyTable, networks: Mapping[str, Sequence[float]]) -> None:
    """Draw the stored losses of counting by order, and a band over the seeds of each network.

    The name of a network begins with that of its cell.
    """
    parts, lowest = [], {name: float(np.mean(nats)) for name, nats in networks.items()}
    for model in _COUNTED:
        rows = counted.select(model=model)
        best = rows["nats"].argmin()
        lowest[f"{model} with {rows['order'][best]} characters"] = rows["nats"][best]
        parts.append(f"{model} from {rows['nats'][0]:.2f} at one character to "
                     f"{rows['nats'][best]:.2f}")  # fmt: skip
    parts += [f"{name} {lowest[name]:.2f}" for name in networks]
    first = min(lowest, key=lambda name: lowest[name])

    def draw(axes):
        for model, (marker, color) in _COUNTED.items():
            rows = counted.select(model=model)
            axes.plot(
                rows["order"], rows["nats"], f"{marker}-", color=COLORS[color],
                label=f"counts: {model}",
            )  # fmt: skip
        for name, nats in networks.items():
            color = COLORS[name.split()[0].lower()]
            axes.axhspan(min(nats), max(nats), color=color, alpha=0.35, linewidth=0)
            axes.axhline(lowest[name], color=color, linewidth=1.2)
            above = max(nats) + (0.03 if is_narrow(axes) else 0.01)
            axes.text(10.5, above, name, ha="right", va="bottom", fontsize=10, color=color)
        axes.set(xlabel="characters of context that are counted", ylabel="nats per character",
                 xlim=(0.8, 10.6), xticks=range(1, 9))  # fmt: skip
        axes.set_title(f"{first} has the lowest held-out loss, {lowest[first]:.3f}", loc="left")
        low, high = axes.get_ylim()
        axes.set_ylim(low, high + 0.12 * (high - low))  # for the key
        seeds = Patch(color=COLORS["muted"], alpha=0.35, linewidth=0)
        handles, labels = axes.get_legend_handles_labels()
        axes.legend(
            [*handles, (seeds, Line2D([], [], color=COLORS["muted"], linewidth=1.2))],
            [*labels, "networks: all seeds, mean"],
        )

    figure, narrow = draw_both(draw, 8.5, 3.8, narrow=4.2)
    show(figure, narrow=narrow, alt=f"Held-out loss in nats per character: {'; '.join(parts)}.")


def draw_units(study: StudyTable, live: Mapping[str, tuple[float, float]]) -> None:
    """Draw bits per byte by learning rate, on validation, and by update, on held-out text.

    `live` has the rate and the bits of runs of this session, by unit.
    """
    figure, (left, right) = new_figure(10, 3.9, ncols=2, sharey=True)
    validation = study.select(part="validation")
    rates, parts, means = np.unique(validation["learning_rate"]), [], {}
    for unit, (color, marker) in _UNITS.items():
        color = COLORS[color]
        for budget, style in zip(np.unique(validation["budget"]), ("--", "-"), strict=True):
            rows = validation.select(unit=unit, budget=budget)
            by_rate = [rows.select(learning_rate=rate)["bits_per_byte"].mean() for rate in rates]
            label = f"{budget:,} updates" if unit == "characters" else None
            left.plot(rates, by_rate, style, marker=marker, color=color, label=label)
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
        means[unit] = last.mean()
        parts.append(f"{unit} {last.min():.2f} to {last.max():.2f}")
    left.set(xscale="log", xlabel="learning rate, log scale", ylabel="bits per byte")
    left.set_xticks(rates, [f"{rate:g}" for rate in rates], minor=False)
    left.minorticks_off()
    left.set_title("Validation, two seeds; hollow: this session", loc="left", fontsize=11)
    left.legend(fontsize=9)
    fewest, updates = min(means, key=lambda unit: means[unit]), int(study["updates"].max())
    figure.suptitle(
        f"After {updates:,} updates, {fewest} need the fewest bits: {means[fewest]:.3f} a byte",
        x=0.01, ha="left",
    )  # fmt: skip
    right.set(xlabel="update")
    right.set_title("Held out, five seeds, at the best rate", loc="left", fontsize=11)
    right.legend(fontsize=9)
    show(
        figure,
        alt="Bits per byte in two panels. Left, validation text against the learning rate, for "
        "each unit at two budgets. Right, held-out text during the longest training; in the end "
        f"five seeds of each: {', '.join(parts)}.",
    )
