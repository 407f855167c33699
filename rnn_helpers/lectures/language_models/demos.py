"""The demo of lecture 03."""

from collections.abc import Callable, Iterable
from typing import Any

from rnn_helpers.data.vocabulary import Vocabulary
from rnn_helpers.display.live import choice, live, slider
from rnn_helpers.lectures.language_models.plots import describe_sampling, draw_sampling
from rnn_helpers.lectures.language_models.sampling import prepare_sampling
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
        height=3.3,
        ncols=2,
    )
