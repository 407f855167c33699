"""Every demo of the package, and ways to move its controls: for the tests and the benchmarks."""

import importlib
import inspect
import pkgutil
from collections.abc import Callable

import numpy as np

from rnn_helpers import lectures
from rnn_helpers.display.controls import list_settings
from rnn_helpers.display.live import Live


def find_demos() -> dict[str, Callable[[], Live]]:
    """Each function in the demos of a lecture that makes one by itself, by "lecture.function".

    Demos of a model that the caller has trained are left out: see `find_untrained_demos`.
    """
    found = {}
    for room in pkgutil.iter_modules(lectures.__path__):
        content = importlib.import_module(f"{lectures.__name__}.{room.name}.demos")
        for name, function in inspect.getmembers(content, inspect.isfunction):
            if function.__module__ != content.__name__ or not name.endswith("_demo"):
                continue
            parameters = inspect.signature(function).parameters.values()
            if all(parameter.default is not parameter.empty for parameter in parameters):
                found[f"{room.name}.{name}"] = function
    return found


def find_untrained_demos() -> dict[str, Callable[[], Live]]:
    """The demos that `find_demos` leaves out, of networks that have learned nothing.

    They are as large as the lectures' own: a value costs what it costs there.
    """
    import torch

    from rnn_helpers.data.texts import load_manual
    from rnn_helpers.data.vocabulary import Vocabulary
    from rnn_helpers.lectures.attention.dates import ISO_CHARACTERS, list_characters
    from rnn_helpers.lectures.attention.demos import alignment_demo
    from rnn_helpers.lectures.attention.encoder_decoder import EncoderDecoder
    from rnn_helpers.lectures.bidirectional_and_deep.demos import reveal_demo
    from rnn_helpers.lectures.bidirectional_and_deep.tagging import Tagger
    from rnn_helpers.lectures.language_models.demos import sampling_demo
    from rnn_helpers.models.language_model import LanguageModel

    with torch.random.fork_rng():
        torch.manual_seed(0)
        letters = Vocabulary.build(load_manual(drop_repeats=True))
        model = LanguageModel(len(letters), 64)
        taggers = {
            cell: [Tagger(cell=cell, bidirectional=both) for both in (False, True)]
            for cell in ("GRU", "RNN")
        }
        sizes = len(list_characters()), len(ISO_CHARACTERS)
        translators = {f"seed {n}": EncoderDecoder(*sizes, score="dot") for n in (0, 1)}
    return {
        "language_models.sampling_demo": lambda: sampling_demo(model, letters),
        "bidirectional_and_deep.reveal_demo": lambda: reveal_demo(taggers),
        "attention.alignment_demo": lambda: alignment_demo(translators),
    }


def move_at_random(demo: Live, rng: np.random.Generator) -> None:
    """Give one control of the demo another value, both drawn from `rng`."""
    names = list(demo.controls)
    name = names[rng.integers(len(names))]
    settings = list_settings(demo.controls[name])
    demo.controls[name].value = settings[rng.integers(len(settings))]
