"""The demos of lecture 01."""

from rnn_helpers.display.live import Live, choice, live, slider
from rnn_helpers.lectures.sequence_models.forecasts import (
    MAX_HORIZON,
    MAX_TAU,
    ORDERS,
    prepare_forecasts,
)
from rnn_helpers.lectures.sequence_models.live_plots import (
    FORECAST_PARTS,
    NGRAM_PARTS,
    describe_forecast,
    describe_ngram,
    draw_forecast,
    draw_ngram,
)
from rnn_helpers.lectures.sequence_models.ngram_samples import MAX_ORDER, STRENGTHS, prepare_ngrams
from rnn_helpers.models.ngrams import SMOOTHINGS
from rnn_helpers.validation import check_choice, check_integer


def forecast_demo(
    *, tau: int = 9, start: int = 1945, horizon: int = 20, order: str = "as observed"
) -> Live:
    """Drag the window τ: the forecast and its band, and the error of every window.

    Parameters
    ----------
    tau : int, 1 to 60, in years
    start : int, 1921 to 2008
        The first year that is forecast.
    horizon : int, 1 to 22, in years
    order : {"as observed", "shuffled"}
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
        parts=FORECAST_PARTS,
    )


def ngram_demo(
    *, order: int = 3, smoothing: str = "shorter context", strength: float = 10.0, seed: int = 0,
    text: str | None = None,
) -> Live:  # fmt: skip
    """Drag the order of a Markov model of characters: what it writes, and its loss.

    Parameters
    ----------
    order : int, 0 to 8, in characters
    smoothing : {"shorter context", "uniform"}
    strength : {0.1, 1.0, 10.0, 100.0}, in pseudo-characters
    seed : int, 0 to 19
    text : str, optional
        Any text of yours instead of Python's manual.
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
        parts=NGRAM_PARTS,
    )
