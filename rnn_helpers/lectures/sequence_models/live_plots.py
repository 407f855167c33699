"""What the demos of lecture 01 draw and say: the window's forecast, and text from counts."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from rnn_helpers.display.figures import COLORS
from rnn_helpers.display.handles import Handle
from rnn_helpers.display.text_block import TextBlock
from rnn_helpers.lectures.sequence_models.forecasts import ForecastView, WindowScan
from rnn_helpers.lectures.sequence_models.ngram_samples import COLUMNS, ROWS, NgramView

KNOWN, LATER, FORECAST, BAND, *_ = FORECAST_PARTS = {
    "known": "the years before the first one forecast; the window sees the last τ of them",
    "what came": "the years that followed; no forecast has seen them",
    "forecast": "year after year: each forecast stands in for a year that has not come",
    "90 % band": "where nine years of ten should lie if the model and its noise are right",
    "held-out years": "the error one year ahead on years that no weight was fitted to",
    "training years": "the same error on the years that the weights were fitted to",
}
*_, UNIFORM = NGRAM_PARTS = {
    "held-out text": "the loss of every order on text that was not counted",
    "training text": "the loss of every order on a part of the text that was counted",
    "knowing nothing": "the loss where all characters are held equally likely",
}
_TITLE = "What the window says will come from {}"


def draw_window_scan(scan: WindowScan, axes: Axes) -> tuple[Line2D, Line2D]:
    """Draw the one-step error of every window length, in training and on the held-out years."""
    axes.set(
        xlabel="window τ, in years", ylabel="one-step RMSE, in sunspots", ylim=(0, 50),
        xlim=(0, len(scan.taus) + 1.5),
    )  # fmt: skip
    return _draw_losses(scan.taus, scan.train_rmse, scan.held_out_rmse, axes, "years")


def _draw_losses(xs, train, held_out, axes, what, markers=("", "")):
    lines = [
        axes.plot(xs, ys, style, color=COLORS[color], markersize=5, label=label, gid=label)[0]
        for label, ys, style, color in (
            (f"held-out {what}", held_out, f"{markers[0]}-", "relu"),
            (f"training {what}", train, f"{markers[1]}--", "tanh"),
        )
    ]
    return lines[1], lines[0]


def draw_forecast(result: ForecastView, axes: Sequence[Axes], artists: dict | None = None) -> dict:
    """Draw a forecast with its 90 % band beside the error of every window, or move them."""
    if artists is None:
        artists = _prepare_forecast_axes(result, axes)
    cut = result.start - result.years[0]
    since = result.years - result.start
    artists["known"].set_data(since[:cut], result.counts[:cut])
    artists["later"].set_data(since[cut:], result.counts[cut:])
    # both begin at the last known value, so that one year ahead is a line and a wedge
    ahead = np.arange(-1, len(result.forecasts))
    forecasts, margins = np.r_[result.counts[cut - 1], result.forecasts], np.r_[0, result.margins]
    artists["forecast"].set_data(ahead, forecasts)
    artists["title"].set_text(_TITLE.format(result.start))
    low, high = forecasts - margins, forecasts + margins
    outline = np.column_stack([np.r_[ahead, ahead[::-1]], np.r_[low, high[::-1]]])
    artists["band"].set_verts([outline])
    artists["train"].set_ydata(result.scan.train_rmse)
    artists["held out"].set_ydata(result.scan.held_out_rmse)
    artists["dots"].set_data([result.tau] * 2, _read_scan(result))
    return artists


def _read_scan(result):
    """The errors of the window that is shown, in training and held out."""
    return [e[result.tau - 1] for e in (result.scan.train_rmse, result.scan.held_out_rmse)]


def _prepare_forecast_axes(result, axes):
    left, right = axes
    left.figure.get_layout_engine().set(w_pad=0.12)  # room between the panels for the right's label
    left.set(
        xlim=(-24, 22.5), ylim=(-50, 265), xlabel="years from the first one forecast",
        ylabel="sunspots, yearly mean", xticks=range(-20, 21, 5),
    )  # fmt: skip
    title = left.set_title(_TITLE.format(result.start), loc="left")
    left.axhline(0, color=COLORS["muted"], linewidth=1)
    band = left.fill_between(
        [0, 1], 0, 1, color=COLORS["second"], alpha=0.4, label=BAND, gid=BAND, linewidth=0
    )
    known, later, forecast = (
        left.plot([], [], style, color=COLORS[color], linewidth=width, label=label, gid=label)[0]
        for label, style, color, width in (
            (KNOWN, "-", "data", 1.6), (LATER, ":", "data", 1.6), (FORECAST, "-", "tanh", 2.4)
        )
    )  # fmt: skip
    handles = [known, later, forecast, band]
    left.legend(handles=handles, loc="upper left", ncols=2, fontsize=10, frameon=False)
    train, held_out = draw_window_scan(result.scan, right)
    (dots,) = right.plot([], [], "o", color=COLORS["data"], markersize=8)
    Handle(right, [{"tau": tau} for tau in result.scan.taus.tolist()], x=result.scan.taus)
    right.set_title("One-step error of every window", loc="left")
    right.legend(loc="lower left", fontsize=10, ncols=2, frameon=False)
    return {
        "band": band, "known": known, "later": later, "forecast": forecast, "train": train,
        "held out": held_out, "dots": dots, "title": title,
    }  # fmt: skip


def describe_forecast(result: ForecastView) -> str:
    """The verdict in words: how far off the forecast was, and where this window stands."""
    known = len(result.misses)
    years = f"{known} year" if known == 1 else f"{known} years"
    last = result.start + known - 1
    span = f"{result.start}" if known == 1 else f"{result.start}–{last}"
    inside = int((np.abs(result.misses) <= result.margins[:known]).sum())
    rmse = np.sqrt(np.mean(result.misses**2))
    best = int(result.scan.taus[result.scan.held_out_rmse.argmin()])
    train, held_out = _read_scan(result)
    verdict = (
        "the order is chance, and so is the best window" if result.order == "shuffled"
        else "no window does better on the held-out years" if result.tau == best
        else f"a {'longer' if best > result.tau else 'shorter'} window, τ = {best}, does better"
    )  # fmt: skip
    return (
        f"Years {result.order}, window τ = {result.tau}: over {span} the forecast misses by "
        f"{rmse:.1f} sunspots (RMSE), and its 90 % band holds {inside} of {years}. One step ahead "
        f"the RMSE is {train:.1f} in training and {held_out:.1f} held out; {verdict}."
    )


def make_drawable(text: str) -> str:
    """Text on one line, without what a font may lack: ↵ for a line break, · outside ASCII."""
    return "".join(
        "↵" if letter == "\n" else letter if " " <= letter <= "~" else "·" for letter in text
    )


def wrap_sample(text: str) -> str:
    r"""Text as a block of at most ROWS lines of COLUMNS characters that a figure can draw.

    Examples
    --------
    >>> wrap_sample("one\nzwölf")
    'one↵zw·lf'
    """
    shown = make_drawable(text[: COLUMNS * ROWS])
    return "\n".join(shown[i : i + COLUMNS] for i in range(0, len(shown), COLUMNS))


def draw_ngram(result: NgramView, axes: Sequence[Axes], artists: dict | None = None) -> dict:
    """Draw sampled text beside the loss of every order, or change them."""
    if artists is None:
        artists = _prepare_ngram_axes(result, axes)
    artists["text"].set_text(wrap_sample(result.sample))
    artists["train"].set_ydata(result.train_nats)
    artists["held out"].set_ydata(result.held_out_nats)
    artists["dots"].set_data(
        [result.order] * 2, [result.train_nats[result.order], result.held_out_nats[result.order]]
    )
    return artists


def _prepare_ngram_axes(result, axes):
    left, right = axes
    left.set_axis_off()
    left.set_title("What the model writes (↵: new line)", loc="left")
    text = TextBlock(left, 0.0, 0.96)
    orders = np.arange(len(result.train_nats))
    curves = result.train_nats, result.held_out_nats
    train, held_out = _draw_losses(orders, *curves, right, "text", markers="s^")
    look: dict[str, Any] = {"color": COLORS["muted"], "gid": UNIFORM}
    right.axhline(result.uniform_nats, linewidth=1.2, linestyle=":", **look)
    right.text(
        orders[-1], result.uniform_nats - 0.05, UNIFORM, ha="right", va="top", fontsize=9, **look
    )
    (dots,) = right.plot([], [], "o", color=COLORS["data"], markersize=9)
    Handle(right, [{"order": order} for order in orders.tolist()], x=orders)
    right.set(
        xlabel="order: characters of context", ylabel="loss, in nats per character",
        xlim=(-0.4, orders[-1] + 0.4), ylim=(0, 5.6), xticks=orders,
    )  # fmt: skip
    right.set_title("How surprised it is by real text", loc="left")
    right.legend(loc="upper right", ncols=2, fontsize=10, frameon=False)
    return {"text": text, "train": train, "held out": held_out, "dots": dots}


def describe_ngram(result: NgramView) -> str:
    """The verdict in words: loss, perplexity, and whether another order does better."""
    order, best = result.order, int(result.held_out_nats.argmin())
    train, held_out = result.train_nats[order], result.held_out_nats[order]
    lowest = f"{result.held_out_nats[best]:.2f}"
    verdict = (
        f"no order up to {len(result.held_out_nats) - 1} does better" if order == best
        else f"order {best} does as well" if lowest == f"{held_out:.2f}"
        else f"order {best} does better, at {lowest}"
    )  # fmt: skip
    ending = "" if result.strength == 1 else "s"
    equally = result.smoothing == "uniform" or order == 0  # then there is no shorter context
    shared = "equally" if equally else "as the shorter context would"
    return (
        f"Order {order}, {result.strength:g} pseudo-character{ending} shared out {shared}: "
        f"{train:.2f} nats per character on the training text and {held_out:.2f} on the held-out "
        f"text, as unsure as among {np.exp(held_out):.1f} characters; {verdict}."
    )
