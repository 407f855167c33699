"""Characters or words: which spells the same text out in fewer bits, at which budget."""

import functools
import math

from rnn_helpers import data
from rnn_helpers.data.vocabulary import Vocabulary, join_words, split_words
from rnn_helpers.models.language_model import train_language_model
from studies import Study, choose, make_grid

# "plain characters" are those of the text as the words have it: in small letters, with the spaces
# that `join_words` puts
UNITS, RATES = ["characters", "plain characters", "words"], [3e-3, 1e-2, 3e-2, 1e-1]
SHORT, LONG = 400, 1600  # updates: 1.2 times through the text, and 4.9 times
BATCH = 32, 32  # streams and window; a word is four characters, so its batch is a fourth
WORD_BATCH = 16, 16
WORDS = 2000  # in the vocabulary
POINTS = 10  # of a curve


@functools.cache
def load_parts(unit, part):
    """The ids to train on and those to be judged on, V, the bytes, and what unknown words cost."""
    train, held_out = data.split_text(data.load_manual(drop_repeats=True))
    letters = len(Vocabulary.build(train))
    if part == "validation":
        train, held_out = data.split_text(train)
    n_bytes, spelling = len(held_out.encode()), 0.0
    if unit == "words":
        train, held_out = split_words(train), split_words(held_out)
        vocabulary = Vocabulary.build(train, max_size=WORDS)
        unknown = [word for word in held_out if word not in vocabulary.numbers]
        spelling = sum(len(word) + 1 for word in unknown) * math.log(letters)
    else:
        if unit == "plain characters":
            train, held_out = join_words(split_words(train)), join_words(split_words(held_out))
        vocabulary = Vocabulary.build(train)
    ids, held_out_ids = vocabulary.encode(train), vocabulary.encode(held_out)
    return ids, held_out_ids, len(vocabulary), n_bytes, spelling


def run(unit, budget, learning_rate, seed, part):
    """Train one model; nats per token and bits per byte of the text as it stands in the manual."""
    ids, held_out, n_tokens, n_bytes, spelling = load_parts(unit, part)
    n_streams, window = WORD_BATCH if unit == "words" else BATCH
    trained = train_language_model(
        ids, held_out, n_tokens=n_tokens, seed=seed, hidden_size=64, updates=budget,
        learning_rate=learning_rate, evaluations=POINTS if part == "held out" else 1,
        n_streams=n_streams, window=window,
    )  # fmt: skip
    curve = [(updates, math.log(value)) for updates, value in trained.history.evaluations[:-1]]
    return [
        {
            "updates": updates, "nats": nats,
            "bits_per_byte": (nats * len(held_out) + spelling) / math.log(2) / n_bytes,
            "parameters": trained.n_parameters,
        }
        for updates, nats in [*curve, (budget, trained.nats)]
    ]  # fmt: skip


def tune(rows):
    """Every rate, on the last tenth of the training text, two seeds."""
    return make_grid(
        unit=UNITS, budget=[SHORT, LONG], learning_rate=RATES, seed=range(2), part=["validation"]
    )


def judge(rows):
    """The best rate of each, on the text held out, five seeds."""
    settings = []
    for shape in make_grid(unit=UNITS, budget=[SHORT, LONG]):
        rate = choose(rows, "learning_rate", "nats", part="validation", **shape)
        settings += make_grid(
            unit=[shape["unit"]], budget=[shape["budget"]], learning_rate=[rate], seed=range(5),
            part=["held out"],
        )  # fmt: skip
    return settings


STUDY = Study(
    run=run,
    stages=(tune, judge),
    cost=lambda setting: setting["budget"] / 1000 * (11 if setting["unit"] == "words" else 5),
    cheap={
        "unit": "characters", "budget": SHORT, "learning_rate": 1e-2, "seed": 0,
        "part": "validation",
    },
)  # fmt: skip
