"""The demos of lecture 01."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.data.series import load_sunspots, split_years
from rnn_helpers.data.texts import load_manual, split_text
from rnn_helpers.display.live import choice, live, slider
from rnn_helpers.lectures.sequence_models.autoregressive import (
    WindowScan,
    compute_forecast_deviations,
    run_autoregressive,
    scan_windows,
)
from rnn_helpers.lectures.sequence_models.plots import (
    COLUMNS,
    ROWS,
    describe_forecast,
    describe_ngram,
    draw_forecast,
    draw_ngram,
)
from rnn_helpers.models.ngrams import (
    SMOOTHINGS,
    compute_ngram_probabilities,
    count_ngrams,
    fit_ngram,
    sample_ngram,
)
from rnn_helpers.validation import check_choice, check_integer

MAX_TAU, MAX_HORIZON, MAX_ORDER = 60, 22, 8
STRENGTHS = (0.1, 1.0, 10.0, 100.0)
ORDERS = ("as observed", "shuffled")
_NORMAL_95 = 1.6449  # 90 % of a normal distribution lies within this many standard deviations


@dataclass(frozen=True)
class ForecastView:
    """What the forecast demo shows at one setting.

    Attributes
    ----------
    years, counts : arrays, shape (T,)
    order : str
        "as observed" or "shuffled".
    tau, start : int
        The window, and the first year that is forecast.
    forecasts, margins : float arrays, shape (horizon,)
        The middle and half the width of the 90 % band.
    misses : float array
        Forecast less truth, for the years that are known.
    scan : WindowScan
    """

    years: np.ndarray
    counts: np.ndarray
    order: str
    tau: int
    start: int
    forecasts: np.ndarray
    margins: np.ndarray
    misses: np.ndarray
    scan: WindowScan


def prepare_forecasts():
    """Fit every window once, on the years as observed and on the years shuffled.

    Returns
    -------
    compute : callable
        `compute(tau, start, horizon, order) -> ForecastView`.
    """
    years, counts = load_sunspots()
    train, _ = split_years(years)
    shuffled = np.random.default_rng(0).permutation(counts)
    studies = {}
    for order, series in {"as observed": counts, "shuffled": shuffled}.items():
        scan = scan_windows(series, n_train=train.stop, max_tau=MAX_TAU)
        margins = [
            _NORMAL_95 * compute_forecast_deviations(model, steps=MAX_HORIZON)
            for model in scan.models
        ]
        studies[order] = series, scan, margins

    def compute(tau, start, horizon, order):
        series, scan, margins = studies[order]
        first = start - int(years[0])
        forecasts = run_autoregressive(scan.models[tau - 1], series[:first], steps=horizon)
        truth = series[first : first + horizon]
        misses = forecasts[: len(truth)] - truth
        return ForecastView(
            years, series, order, tau, start, forecasts, margins[tau - 1][:horizon], misses, scan
        )

    return compute


def forecast_demo(*, tau=9, start=1945, horizon=20, order="as observed"):
    """Drag the window τ: the forecast and its band, and the error of every window.

    Parameters
    ----------
    tau : int, 1 to 60, in years
    start : int, 1921 to 2008
        The first year that is forecast.
    horizon : int, 1 to 22, in years
    order : {"as observed", "shuffled"}

    Returns
    -------
    picture : Live

    Raises
    ------
    TypeError, ValueError
        A setting outside its control's range.
    """
    tau = check_integer("tau", tau, minimum=1, maximum=MAX_TAU)
    start = check_integer("start", start, minimum=1921, maximum=2008)
    horizon = check_integer("horizon", horizon, minimum=1, maximum=MAX_HORIZON)
    check_choice("order", order, ORDERS)
    return live(
        prepare_forecasts(),
        draw_forecast,
        {
            "tau": slider("window τ, in years", 1, MAX_TAU, 1, tau),
            "start": slider("forecast from", 1921, 2008, 1, start),
            "horizon": slider("years ahead", 1, MAX_HORIZON, 1, horizon),
            "order": choice("order of the years", list(ORDERS), order),
        },
        describe_forecast,
        width=9.5,
        ncols=2,
    )


@dataclass(frozen=True)
class NgramView:
    """What the n-gram demo shows at one setting.

    Attributes
    ----------
    order : int
    smoothing : str
    strength : float
    sample : str
    train_nats, held_out_nats : float arrays, shape (MAX_ORDER + 1,)
        Loss by order, in nats per character.
    uniform_nats : float
        The loss when all characters are held equally likely.
    """

    order: int
    smoothing: str
    strength: float
    sample: str
    train_nats: np.ndarray
    held_out_nats: np.ndarray
    uniform_nats: float


def prepare_ngrams(text=None):
    """Count the n-grams of a text once, and score every smoothing on it.

    Parameters
    ----------
    text : str, optional
        Python's manual without repeated paragraphs, if not given.

    Returns
    -------
    compute : callable
        `compute(order, smoothing, strength, seed) -> NgramView`.
    """
    train, held_out = split_text(load_manual(drop_repeats=True) if text is None else text)
    model = fit_ngram(train, max_order=MAX_ORDER)
    curves = {}
    for name, sample in {"train": train[-len(held_out) :], "held out": held_out}.items():
        counts = count_ngrams(model, sample)
        for smoothing in SMOOTHINGS:
            for strength in STRENGTHS:
                p = compute_ngram_probabilities(counts, smoothing=smoothing, strength=strength)
                curves[name, smoothing, strength] = -np.log(p).mean(axis=1)

    def compute(order, smoothing, strength, seed):
        sample = sample_ngram(
            model, length=COLUMNS * ROWS, order=order, smoothing=smoothing, strength=strength,
            rng=np.random.default_rng(seed),
        )  # fmt: skip
        return NgramView(
            order, smoothing, strength, sample, curves["train", smoothing, strength],
            curves["held out", smoothing, strength], float(np.log(model.size)),
        )  # fmt: skip

    return compute


def ngram_demo(*, order=3, smoothing="shorter context", strength=10.0, seed=0, text=None):
    """Drag the order of a Markov model of characters: what it writes, and its loss.

    Parameters
    ----------
    order : int, 0 to 8, in characters
    smoothing : {"shorter context", "uniform"}
    strength : {0.1, 1.0, 10.0, 100.0}, in pseudo-characters
    seed : int, 0 to 19
    text : str, optional
        Any text of yours instead of Python's manual.

    Returns
    -------
    picture : Live

    Raises
    ------
    TypeError, ValueError
        A setting outside its control's range, or not enough text.
    """
    order = check_integer("order", order, minimum=0, maximum=MAX_ORDER)
    check_choice("smoothing", smoothing, SMOOTHINGS)
    check_choice("strength", strength, STRENGTHS)
    seed = check_integer("seed", seed, minimum=0, maximum=19)
    return live(
        prepare_ngrams(text),
        draw_ngram,
        {
            "order": slider("order, in characters", 0, MAX_ORDER, 1, order),
            "smoothing": choice("smoothing", list(SMOOTHINGS[::-1]), smoothing),
            "strength": choice("pseudo-characters", [(f"{s:g}", s) for s in STRENGTHS], strength),
            "seed": slider("seed", 0, 19, 1, seed),
        },
        describe_ngram,
        width=9.5,
        height=3.5,
        ncols=2,
    )
