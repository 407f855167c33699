"""The demo of lecture 03."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.display.live import choice, live, slider
from rnn_helpers.lectures.language_models.plots import (
    COLUMNS,
    ROWS,
    describe_sampling,
    draw_sampling,
)
from rnn_helpers.lectures.language_models.sampling import filter_distribution, sample_tokens
from rnn_helpers.validation import check_choice

TOP_KS = (1, 2, 3, 5, 10, 20, 50, None)
_SHOWN = 10  # of the likeliest tokens, as bars
_LENGTH = 200  # tokens of a sample


@dataclass(frozen=True)
class SamplingView:
    """What the sampling demo shows at one setting.

    Attributes
    ----------
    prompt, sample : str
    labels : list of str
        The likeliest tokens after the prompt, in order.
    before, after : float arrays, as long as `labels`
        Their probabilities as the model says, and after temperature, top-k and top-p.
    after_all : float array (V,)
        The latter for all tokens.
    temperature, top_p : float
    top_k : int or None
    characters : str
        Every character that may have to be drawn.
    """

    prompt: str
    sample: str
    labels: list
    before: np.ndarray
    after: np.ndarray
    after_all: np.ndarray
    temperature: float
    top_k: int | None
    top_p: float
    characters: str


def prepare_sampling(model, vocabulary, *, prompt="the ", join="".join):
    """Read the prompt once, and return what draws on from there.

    Parameters
    ----------
    model : LanguageModel
    vocabulary : Vocabulary
        The tokens of the model.
    prompt : str, or list of str
        Tokens of the vocabulary.
    join : callable
        Tokens to text: `"".join` for characters, `vocabulary.join_words` for words.

    Returns
    -------
    compute : callable
        `compute(temperature, top_k, top_p, seed) -> SamplingView`.

    Raises
    ------
    ValueError
        Model and vocabulary of unequal sizes; a prompt with tokens that the model does not know.
    """
    if len(vocabulary) != model.start:
        raise ValueError(
            f"vocabulary must hold the model's {model.start} tokens, got {len(vocabulary)}"
        )
    unknown = [token for token in prompt if token not in vocabulary.numbers]
    if unknown:
        raise ValueError(f"prompt must hold tokens that the model knows, got {unknown[0]!r}")
    step, ids = model.make_step(), vocabulary.encode(prompt).tolist()
    state = None
    for token in (model.start, *ids):
        logits, state = step(token, state)
    order = np.argsort(-logits, kind="stable")[:_SHOWN]
    before = filter_distribution(logits)[order]
    labels = [vocabulary.tokens[number] for number in order]
    characters = "".join(sorted({letter for token in vocabulary.tokens for letter in token}))
    characters = "".join(letter for letter in characters if letter.isprintable())

    def continue_from(token, passed):
        return step(token, passed) if passed is not None else (logits, state)

    def compute(temperature, top_k, top_p, seed):
        settings = {"temperature": temperature, "top_k": top_k, "top_p": top_p}
        after = filter_distribution(logits, **settings)
        tokens = sample_tokens(
            continue_from, model.start, length=_LENGTH, rng=np.random.default_rng(seed), **settings
        )
        read, text = join(prompt), join([*prompt, *vocabulary.decode(tokens)])
        return SamplingView(
            read, text[len(read) :][: COLUMNS * ROWS], labels, before, after[order], after,
            temperature, top_k, top_p, characters,
        )  # fmt: skip

    return compute


def sampling_demo(
    model, vocabulary, *, temperature=1.0, top_k=None, top_p=1.0, seed=0, prompt="the ",
    join="".join,
):  # fmt: skip
    """Drag the temperature: what a trained model writes, and what it draws from.

    Parameters
    ----------
    model : LanguageModel
    vocabulary : Vocabulary
    temperature : float, 0 to 2
    top_k : {1, 2, 3, 5, 10, 20, 50, None}
        None keeps all.
    top_p : float, 0.05 to 1
    seed : int, 0 to 19
    prompt, join
        As in `prepare_sampling`.

    Returns
    -------
    picture : Live

    Raises
    ------
    TypeError, ValueError
        A setting outside its control's range, an unknown token in the prompt.
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
