"""Figures of lecture 01: the series, windows, histories, chains, n-grams and latent states.

Each is made, drawn and shown, with the alternative text that its numbers make.
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.display.figures import COLORS, draw_both, is_narrow, new_figure, show
from rnn_helpers.lectures.sequence_models.forecasts import ForecastView, WindowScan
from rnn_helpers.lectures.sequence_models.live_plots import (
    BAND,
    FORECAST,
    draw_window_scan,
    make_drawable,
)
from rnn_helpers.lectures.sequence_models.order import InformationCriteria

_MODEL_STYLES = (
    (COLORS["tanh"], "-"),
    (COLORS["relu"], "--"),
    (COLORS["identity"], "-."),
    (COLORS["third"], ":"),
    (COLORS["muted"], (0, (6, 1.5, 1, 1.5, 1, 1.5))),
)

_TINTED = 30, 60  # sunspots of the years that are looked at more closely


def draw_series(years: np.ndarray, counts: np.ndarray, *, last_train_year: int) -> None:
    """Show the series, with the held-out years on a tinted ground."""
    before, after = (counts[part].mean() for part in (years <= last_train_year,
                                                      years > last_train_year))  # fmt: skip

    def draw(axes):
        width = 1.0 if is_narrow(axes) else 1.6
        axes.plot(years, counts, "-", color=COLORS["data"], linewidth=width)
        axes.axvspan(last_train_year + 0.5, years[-1] + 1, color=COLORS["accent"], alpha=0.15)
        axes.set(
            xlabel="year", ylabel="sunspots, yearly mean", xlim=(years[0] - 2, years[-1] + 2),
            ylim=(0, 235),
        )  # fmt: skip
        middles = (years[0] + last_train_year) / 2, (last_train_year + years[-1]) / 2
        for middle, said in zip(middles, ("fit on these years", "held out"), strict=True):
            axes.text(middle, 230, said, ha="center", va="top")
        axes.set_title(
            f"The held-out years have {after:.1f} sunspots on average, those before {before:.1f}",
            loc="left",
        )

    figure, narrow = draw_both(draw, 9, 3, narrow=3.2)
    top = counts.argmax()
    show(
        figure,
        narrow=narrow,
        alt=f"Sunspots per year, {years[0]} to {years[-1]}: waves of uneven height; the highest "
        f"has {counts[top]:.0f} in {years[top]}. The years after {last_train_year} are tinted as "
        f"held out; their mean is {after:.0f}, that of the years before {before:.0f}.",
    )


def draw_share_once(lengths: Sequence[int], shares: ArrayLike) -> None:
    """Show the share of histories that occur only once, 0 to 1, against their length."""
    shares = 100 * np.asarray(shares)

    def draw(axes):
        axes.plot(lengths, shares, "o-", color=COLORS["tanh"], markersize=7)
        axes.set(
            xscale="log", xlabel="characters of history (log scale)",
            ylabel="seen only once, %", ylim=(-3, 103), xticks=lengths,
        )  # fmt: skip
        axes.set_xticks([], minor=True)
        axes.set_xticklabels([str(length) for length in lengths])
        axes.set_title(
            f"Of histories of {lengths[-1]} characters, {shares[-1]:.0f}\u00a0% occur only once",
            loc="left",
        )

    figure, narrow = draw_both(draw, 7, 2.8, narrow=2.9)
    said = ", ".join(f"{s:.0f} at {k}" for k, s in zip(lengths, shares, strict=True))
    show(
        figure,
        narrow=narrow,
        alt="Share of places whose history occurs only once, in %, against its length in "
        f"characters, log scale: {said}.",
    )


def draw_scan(scan: WindowScan) -> None:
    """Show the one-step error of every window, the best one marked."""
    held_out, train = scan.held_out_rmse, scan.train_rmse
    best = int(held_out.argmin())

    def draw(axes):
        draw_window_scan(scan, axes)
        axes.plot(scan.taus[best], held_out[best], "o", color=COLORS["data"], markersize=8)
        axes.legend(loc="lower left", ncols=2, frameon=False, columnspacing=1.0)
        axes.set_title(
            f"The error is lowest at τ = {scan.taus[train.argmin()]} in training, at "
            f"τ = {scan.taus[best]} on held-out years", loc="left",
        )  # fmt: skip

    figure, narrow = draw_both(draw, 7.5, 3.2, narrow=3.2)
    show(
        figure,
        narrow=narrow,
        alt=f"One-step RMSE against the window from 1 to {scan.taus[-1]} years. Training: from "
        f"{train[0]:.1f} to {train[-1]:.1f}. Held out: from {held_out[0]:.1f} down to "
        f"{held_out[best]:.1f} at {scan.taus[best]} years, marked, and up to {held_out[-1]:.1f}.",
    )


def draw_order(
    correlations: np.ndarray, partial: np.ndarray, criteria: InformationCriteria,
    rolling: Mapping[int, np.ndarray], *, n: int,
) -> None:  # fmt: skip
    """Show what the training years say about the order: ACF, PACF, criteria and rolling origin.

    The correlations begin at lag 0 and come from `n` values; `rolling` has the errors of AR(1),
    AR(2) … by the first year that is predicted.
    """
    figure, axes = new_figure(9.5, 6.3, nrows=2, ncols=2)
    bound = 1.96 / np.sqrt(n)
    for panel, values, name in (
        (axes[0, 0], correlations, "autocorrelation (ACF)"),
        (axes[0, 1], partial, "partial autocorrelation (PACF)"),
    ):
        panel.vlines(np.arange(1, len(values)), 0, values[1:], color=COLORS["tanh"], linewidth=3)
        panel.axhline(0, color=COLORS["muted"], linewidth=1)
        panel.axhspan(-bound, bound, color=COLORS["accent"], alpha=0.25, label="95 % of noise")
        panel.legend(loc="upper right", frameon=False, fontsize=10)
        panel.set(xlabel="lag, in years", ylim=(-0.8, 1), xticks=range(1, len(values), 2))
        panel.set_title(name, loc="left")
    looks = dict(zip(("AIC", "AICc", "BIC"), zip(_MODEL_STYLES, "os^", strict=False), strict=True))
    chosen = {}
    for name, ((color, style), marker) in looks.items():
        values = getattr(criteria, name.lower())
        chosen[name] = int(criteria.orders[values.argmin()])
        axes[1, 0].plot(
            criteria.orders, values - values.min(), color=color, linestyle=style, marker=marker,
            markersize=4, label=name,
        )  # fmt: skip
    axes[1, 0].set(xlabel="order", ylim=(-2, 60), xticks=range(1, len(criteria.orders) + 1, 2))
    axes[1, 0].set_title("criteria, above their lowest value", loc="left")
    axes[1, 0].legend(loc="upper center", frameon=False, fontsize=10)
    lowest = {}
    for (first, errors), (color, style), marker in zip(
        rolling.items(), _MODEL_STYLES, "os^Dv", strict=False
    ):
        lowest[first] = int(errors.argmin()) + 1
        axes[1, 1].plot(
            np.arange(1, len(errors) + 1), errors, color=color, linestyle=style, marker=marker,
            markersize=4, label=f"{first}",
        )  # fmt: skip
    after = np.concatenate([errors[1:] for errors in rolling.values()])
    axes[1, 1].set(xlabel="order", ylim=(after.min() - 0.4, after.max() + 0.4))
    axes[1, 1].set(xticks=range(1, len(criteria.orders) + 1, 2), ylabel="RMSE")
    axes[1, 1].set_title("rolling origin from", loc="left")
    axes[1, 1].legend(
        loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=len(rolling), frameon=False,
        fontsize=10, borderaxespad=0.2, columnspacing=1.0, handlelength=1.6,
    )  # fmt: skip
    found = [*chosen.values(), *lowest.values()]
    figure.suptitle(
        f"Depending on the measure, the training years choose an order of {min(found)} to "
        f"{max(found)}", x=0.01, ha="left",
    )  # fmt: skip
    beyond = np.flatnonzero(np.abs(partial[1:]) > bound) + 1
    said = "; ".join(f"from {first} {p}" for first, p in lowest.items())
    show(
        figure,
        alt="Four panels about the order, from the training years. The autocorrelation swings, "
        f"{correlations[5]:.2f} at lag 5 and {correlations[11]:.2f} at 11. The partial one leaves "
        f"its band at lags {', '.join(map(str, beyond))}. Lowest are AIC at {chosen['AIC']}, AICc "
        f"at {chosen['AICc']}, BIC at {chosen['BIC']}; and the rolling error, {said}.",
    )


def draw_error_growth(errors: dict[str, np.ndarray]) -> None:
    """Show how the error grows with the years ahead, from 1 on, a line for each model."""
    years = min(map(len, errors.values()))
    rows = np.array([values[:years] for values in errors.values()])
    first, *_ = errors
    wins = int((rows[0] == rows.min(axis=0)).sum())

    def draw(axes):
        slim = is_narrow(axes)
        _draw_curves(errors, axes, first=1)
        axes.set(xlabel="years ahead", ylabel="RMSE, in sunspots", ylim=(0, 148 if slim else 128))
        axes.set_xticks(range(1, max(map(len, errors.values())) + 1, 4 if slim else 2))
        axes.set_yticks(range(0, 101, 20))
        axes.legend(ncols=2 if slim else 3, loc="upper left", fontsize=10, frameon=False,
                    columnspacing=1.0)  # fmt: skip
        axes.set_title(
            f"{first} errs least at {wins} of {years} distances, one year to {years} ahead",
            loc="left",
        )

    figure, narrow = draw_both(draw, 8, 3.6, narrow=3.8)
    said = "; ".join(
        f"{name}: {rows[0]:.0f} at 1, {rows[4]:.0f} at 5, {rows[9]:.0f} at 10"
        for name, rows in errors.items()
    )
    show(figure, narrow=narrow, alt=f"Forecast error against years ahead. {said}.")


def draw_two_futures(now: np.ndarray, change_before: np.ndarray, after: np.ndarray) -> None:
    """Show this year against next year, apart for years that rose and years that fell.

    All (N,): the value of a year, its change from the year before, the value of the next year.
    """
    rose, (low, high) = change_before > 0, _TINTED
    tinted = (now >= low) & (now <= high)
    up, down = (after[tinted & part].mean() if (tinted & part).any() else np.nan
                for part in (rose, ~rose))  # fmt: skip

    def draw(axes):
        axes.plot(
            now[rose], after[rose], "^", color=COLORS["relu"], markersize=5, label="had risen"
        )
        axes.plot(
            now[~rose], after[~rose], "v", color=COLORS["tanh"], markersize=5,
            markerfacecolor="none", label="had fallen",
        )  # fmt: skip
        top = max(now.max(), after.max()) + 5
        axes.plot([0, top], [0, top], ":", color=COLORS["muted"], linewidth=1.4, label="no change")
        axes.axvspan(low, high, color=COLORS["accent"], alpha=0.15)
        axes.set(xlabel="sunspots this year", ylabel="sunspots next year")
        axes.set(xlim=(-3, top), ylim=(-3, top))
        axes.legend(loc="lower right", fontsize=10, frameon=False)
        axes.set_title(
            f"After {low} to {high} sunspots come {up:.0f} if they had risen, {down:.0f} if not",
            loc="left",
        )

    figure, narrow = draw_both(draw, 6.5, 3.8, narrow=3.8)
    higher = [np.mean(after[group] > now[group]) for group in (rose, ~rose)]
    show(
        figure,
        narrow=narrow,
        alt="Sunspots next year against sunspots this year. Above the line of no change lie "
        f"{100 * higher[0]:.0f} % of the years that had risen and {100 * higher[1]:.0f} % of those "
        f"that had fallen. The years with {low} to {high} are tinted.",
    )


def draw_autocorrelations(correlations: dict[str, np.ndarray]) -> None:
    """Show autocorrelations by lag, from 0 on, a line for each series."""
    at = ", ".join(f"by {rows[11]:.2f} in {name}" for name, rows in correlations.items())

    def draw(axes):
        _draw_curves(correlations, axes, first=0, markers="ooooo", markersize=4)
        axes.axhline(0, color=COLORS["muted"], linewidth=1)
        axes.set(xlabel="lag, in years", ylabel="autocorrelation", ylim=(-0.6, 1.05))
        axes.legend(loc="upper right", fontsize=10, frameon=False)
        axes.set_title(f"Years eleven apart correlate {at}", loc="left")

    figure, narrow = draw_both(draw, 7.5, 3, narrow=3)
    said = "; ".join(
        f"{name}: {rows[1]:.2f} at lag 1, {rows[5]:.2f} at 5, {rows[11]:.2f} at 11"
        for name, rows in correlations.items()
    )
    show(
        figure,
        narrow=narrow,
        alt=f"Autocorrelation by lag up to {max(map(len, correlations.values())) - 1}. {said}.",
    )


def draw_lag_weights(weights: dict[str, np.ndarray]) -> None:
    """Show how much weight a prediction gives to each year of the past, whole and enlarged.

    Entry k − 1 of the weights is that of the value k years back.
    """
    figure, axes = new_figure(9, 3.5, ncols=2)
    for panel in axes:
        _draw_curves(weights, panel, first=1, markers="os^Dv", markersize=5)
        panel.axhline(0, color=COLORS["muted"], linewidth=1)
        panel.set(xlabel="years back", xticks=range(1, 26, 4))
    axes[0].set_ylabel("weight in the prediction")
    axes[0].legend(loc="upper right", fontsize=10, frameon=False)
    axes[1].set_ylim(-0.2, 0.2)
    last = max(np.abs(rows[9:]).max(initial=0) for rows in weights.values())
    axes[0].set_title("All weights", loc="left")
    axes[1].set_title("The same, enlarged", loc="left")
    figure.suptitle(
        f"Beyond nine years back no past year has a weight of more than {last:.2f}", x=0.01,
        ha="left",
    )  # fmt: skip
    said = "; ".join(
        f"{name}: {', '.join(f'{rows[k - 1]:.2f} at {k}' for k in (1, 2, 3, 9))}"
        for name, rows in weights.items()
    )
    show(figure, alt=f"Weight of each past year in the prediction, and enlarged. {said}.")


def _draw_curves(curves, axes, *, first, markers=("",) * 5, **options):
    for (name, values), (color, style), marker in zip(
        curves.items(), _MODEL_STYLES, markers, strict=False
    ):
        xs = np.arange(first, first + len(values))
        axes.plot(xs, values, color=color, linestyle=style, marker=marker, label=name, **options)


def draw_beliefs(
    years: np.ndarray, counts: np.ndarray, beliefs: np.ndarray, *, names: Sequence[str]
) -> None:
    """Show a series (T,) and, below it, the filter's belief (T, K) in each hidden state."""
    sure = np.mean(beliefs.max(axis=1) > 0.9)

    def draw(panels):
        above, below = panels
        below.set_axisbelow(True)
        above.plot(years, counts, "o-", color=COLORS["data"], markersize=4, linewidth=1.4)
        above.set(ylabel="sunspots", ylim=(0, 205))
        shades = [COLORS["muted"], COLORS["accent"], COLORS["second"], COLORS["relu"]]
        hatches = ["", "//", "\\\\", ""]
        floor = np.zeros(len(years))
        for belief, name, shade, hatch in zip(beliefs.T, names, shades, hatches, strict=True):
            below.bar(
                years, belief, 1.0, bottom=floor, color=shade, hatch=hatch, edgecolor="white",
                linewidth=0.3, label=name,
            )  # fmt: skip
            floor = floor + belief
        below.set(ylabel="belief", xlabel="year", ylim=(0, 1))
        for panel in panels:
            panel.set_xlim(years[0] - 0.5, years[-1] + 0.5)
        above.tick_params(labelbottom=False)
        below.legend(
            loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=4, fontsize=10, frameon=False,
            columnspacing=1.0, handlelength=1.4, borderaxespad=0.2,
        )  # fmt: skip
        above.set_title(
            f"From {years[0]} on one state has over 90\u00a0% of the belief "
            f"in {100 * sure:.0f} % of the years",
            loc="left",
        )

    figure, narrow = draw_both(draw, 9, 3.8, narrow=4.0, nrows=2)
    top = counts.argmax()
    show(
        figure,
        narrow=narrow,
        alt=f"Above, sunspots from {years[0]} to {years[-1]}, at most {counts[top]:.0f} in "
        f"{years[top]}. Below, the belief in the hidden states {', '.join(names)} as stacked bars: "
        f"in {100 * sure:.0f} % of the years one of them has more than 90 %.",
    )


def draw_fans(results: Sequence[ForecastView]) -> None:
    """Show several settings of the forecast demo side by side, for readers without a kernel."""
    figure, axes = new_figure(9, 3.1, ncols=len(results), sharey=True)
    for result, panel in zip(results, axes, strict=True):
        ahead = np.arange(result.start, result.start + len(result.forecasts))
        shown = slice(result.start - 25 - result.years[0], ahead[-1] + 1 - result.years[0])
        low, high = result.forecasts - result.margins, result.forecasts + result.margins
        band = {"color": COLORS["second"], "alpha": 0.4, "linewidth": 0, "label": BAND}
        panel.fill_between(ahead, low, high, **band)
        truth = result.years[shown], result.counts[shown]
        panel.plot(*truth, ":", color=COLORS["data"], linewidth=1.6, label="sunspots counted")
        panel.plot(ahead, result.forecasts, "-", color=COLORS["tanh"], linewidth=2.4,
                   label=FORECAST)  # fmt: skip
        panel.axhline(0, color=COLORS["muted"], linewidth=1)
        panel.set(xlabel="year", ylim=(-50, 215))
        panel.set_title(f"τ = {result.tau}", loc="left")
    axes[0].set_ylabel("sunspots")
    said = "; ".join(f"window {r.tau}: at most {r.forecasts.max():.0f}" for r in results)
    came = max(r.counts[(r.years >= r.start)][: len(r.forecasts)].max() for r in results)
    *tops, top = (f"{result.forecasts.max():.0f}" for result in results)
    figure.suptitle(
        f"The forecasts rise to {', '.join(tops)} and {top} sunspots, the sun to {came:.0f}",
        x=0.01, ha="left",
    )  # fmt: skip
    figure.legend(
        *axes[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=10,
        frameon=False,
    )  # fmt: skip
    show(
        figure,
        alt=f"Forecasts from {results[0].start} for {len(results[0].forecasts)} years, with 90 % "
        f"bands. {said}. What came has {came:.0f} at its peak.",
    )


def draw_samples(samples: dict[str, str]) -> None:
    """Show two lines of each sample under its heading, for readers without a kernel."""

    def draw(axes):
        axes.set_axis_off()
        step, columns = 1 / len(samples), 40 if is_narrow(axes) else 80
        for row, (heading, sample) in enumerate(samples.items()):
            top = 1 - row * step
            axes.text(
                0, top, heading, transform=axes.transAxes, va="top", fontsize=10, weight="bold"
            )
            lines = make_drawable(sample)[:160]
            axes.text(
                0.02, top - (0.2 if is_narrow(axes) else 0.3) * step,
                "\n".join(lines[i : i + columns] for i in range(0, len(lines), columns)),
                transform=axes.transAxes, va="top", family="monospace", fontsize=9.5,
                parse_math=False, linespacing=1.4,
            )  # fmt: skip
        axes.set_title("What the model writes (↵: new line)", loc="left")

    figure, narrow = draw_both(draw, 8, 2.7, narrow=4.2)
    said = " ".join(f"{head}: {make_drawable(text)[:60]}…" for head, text in samples.items())
    show(figure, narrow=narrow, alt=f"Samples of 160 characters, of which the first 60: {said}")
