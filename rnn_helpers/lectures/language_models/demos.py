"""The demos of lecture 03."""

from collections.abc import Callable, Iterable
from typing import Any

from rnn_helpers.data.studies import read_study
from rnn_helpers.data.vocabulary import Vocabulary
from rnn_helpers.display.live import Live, choice, live, slider, stepper
from rnn_helpers.lectures.language_models.live_plots import (
    SAMPLING_PARTS,
    describe_sampling,
    draw_sampling,
)
from rnn_helpers.lectures.language_models.sampling import prepare_sampling
from rnn_helpers.lectures.language_models.streams import (
    LAST_UPDATE,
    MEASURED,
    STATES,
    prepare_streams,
)
from rnn_helpers.lectures.language_models.streams_plots import describe_streams, draw_streams
from rnn_helpers.validation import check_choice

TOP_KS = (1, 2, 3, 5, 10, 20, 50, None)


def sampling_demo(
    model: Any, vocabulary: Vocabulary, *, temperature: float = 1.0, top_k: int | None = None,
    top_p: float = 1.0, seed: int = 0, prompt: str | Iterable[str] = "the ",
    join: Callable[[list[str]], str] = "".join,
) -> Any:  # fmt: skip
    """Drag the temperature: what a trained model writes, and what it draws from.

    Parameters
    ----------
    model, vocabulary, prompt, join
        As in `prepare_sampling`.
    temperature : float, 0 to 2
    top_k : {1, 2, 3, 5, 10, 20, 50, None}
        None keeps all.
    top_p : float, 0.05 to 1
    seed : int, 0 to 19
    """
    check_choice("top_k", top_k, TOP_KS)
    compute = prepare_sampling(model, vocabulary, prompt=prompt, join=join)
    top_ks = [(str(k or "all"), k or 0) for k in TOP_KS]  # a drop-down shows None as nothing
    return live(
        lambda top_k, **others: compute(top_k=top_k or None, **others),
        draw_sampling,
        {
            "temperature": slider("temperature", 0.0, 2.0, 0.05, temperature),
            "top_k": choice("top-k", top_ks, top_k or 0),
            "top_p": slider("top-p", 0.05, 1.0, 0.05, top_p),
            "seed": slider("seed", 0, 19, 1, seed),
        },
        describe_sampling,
        width=9.5,
        height=4.2,
        ncols=2,
        parts=SAMPLING_PARTS,
    )


def streams_demo(
    *, done: int = 2, state: str = "detached",
    measured: str = "T = 8, 400 updates",
) -> Live:  # fmt: skip
    """Step from update to update: the window that is read, its state, its gradient, its cost.

    Parameters
    ----------
    done : int, 0 to 7
        Updates before the one that is shown; the text is read twice.
    state : {"detached", "through", "zeros", "another"}
        What a window begins with: `streams.STATES` says it in words.
    measured : str
        One of `streams.MEASURED`: with which windows, and how long, the study trained.
    """
    check_choice("state", state, STATES)
    check_choice("measured", measured, MEASURED)
    return live(
        prepare_streams(read_study("carried_state")),
        draw_streams,
        {
            "done": stepper("updates done", LAST_UPDATE - 1, done),
            "state": choice("the state is", [(name, key) for key, name in STATES.items()], state),
            "measured": choice("measured with", list(MEASURED), measured),
        },
        describe_streams,
        height=5.2,
        nrows=2,
        parts={
            "state": "the numbers that the last step of a window leaves and the next one takes in",
            "state of zeros": "a state of zeros: this window knows of nothing before it",
            "gradient": "how far back the loss of the framed window changes the weights",
            "cut": "detach: the state goes on, the gradient ends here",
        },
    )
