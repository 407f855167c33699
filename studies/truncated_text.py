"""What cutting the gradient at every k-th character costs a network on text, at two rates."""

from rnn_helpers import data
from rnn_helpers.data.vocabulary import Vocabulary
from rnn_helpers.models.language_model import train_language_model
from studies import Study, make_grid

UPDATES = (150, 600)


def run(updates, learning_rate, k, seed):
    """Train lecture 04's character model; the state is carried, the gradient cut every k steps."""
    train, held_out = data.split_text(data.load_manual(drop_repeats=True))
    vocabulary = Vocabulary.build(train)
    trained = train_language_model(
        vocabulary.encode(train), vocabulary.encode(held_out), n_tokens=len(vocabulary),
        seed=seed, truncate=k, updates=updates, learning_rate=learning_rate, evaluations=1,
        hidden_size=64, n_streams=32, window=16,
    )  # fmt: skip
    return {"nats": trained.nats}


def list_settings(rows):
    """Two budgets, two rates, three cuts; five seeds."""
    return make_grid(updates=UPDATES, learning_rate=[1e-2, 3e-2], k=[16, 4, 1], seed=range(5))


STUDY = Study(
    run=run,
    stages=(list_settings,),
    cost=lambda setting: setting["updates"] / 60 * (1 + 2 / setting["k"]),
    cheap={"updates": 150, "learning_rate": 1e-2, "k": 16, "seed": 0},
)
