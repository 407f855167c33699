"""The demo of lecture 03: the bar, on Latin and Korean, and the numbers behind the picture."""

import unicodedata

import numpy as np
import pytest
import torch

from rnn_helpers.data.texts import load_korean
from rnn_helpers.data.vocabulary import END, UNKNOWN, Vocabulary, join_words, split_words
from rnn_helpers.lectures.language_models.demos import TOP_KS, sampling_demo
from rnn_helpers.lectures.language_models.live_plots import (
    choose_signs,
    make_drawable,
    wrap_columns,
)
from rnn_helpers.lectures.language_models.sampling import (
    filter_distribution,
    prepare_sampling,
    sample_tokens,
)
from rnn_helpers.models.language_model import LanguageModel
from rnn_helpers.models.training import CELLS
from tests.demo_bar import exercise_demo

LATIN = "the cat sat on the mat. \nit rained, and the cat went in!\n"
LETTERS, SYLLABLES = Vocabulary.build(LATIN), Vocabulary.build(load_korean())
WORDS = Vocabulary.build(split_words("The cat (a cat) sleeps. The dog sleeps. The cat eats!"))


def make_model(vocabulary, cell="RNN", *, scale=3.0):
    """An untrained model, with weights large enough to prefer one token to another."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = LanguageModel(len(vocabulary), 7, cell=cell, embedding_size=5)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter *= scale
    return model


def make_demo(vocabulary=LETTERS, **options):
    return sampling_demo(make_model(vocabulary), vocabulary, **options)


@pytest.mark.parametrize(("vocabulary", "options"), [
    (LETTERS, {}),
    (SYLLABLES, {"prompt": "기억", "temperature": 0.5}),
    (WORDS, {"prompt": ["the", "cat"], "join": join_words, "top_k": 5}),
], ids=["letters", "syllables", "words"])  # fmt: skip
def test_the_demo_stands_the_bar(vocabulary, options):
    exercise_demo(lambda: make_demo(vocabulary, **options), moves=60).close()


def settings_of(demo):
    values = {name: control.value for name, control in demo.controls.items()}
    values["top_k"] = values["top_k"] or None  # 0 stands for all
    return values, values.pop("seed")


def check_numbers(demo, model, vocabulary, prompt, join="".join):
    """The picture against the model read anew, all from the beginning."""
    settings, seed = settings_of(demo)
    ids = vocabulary.encode(prompt).tolist()
    with torch.no_grad():
        logits = model(torch.tensor([model.start, *ids])[:, None])[0][-1, 0].numpy()
    before, after = filter_distribution(logits), filter_distribution(logits, **settings)
    order = np.argsort(-logits, kind="stable")[:10]
    bars = {patch.get_label(): patch.get_path() for patch in demo.figure.axes[1].patches}
    for label, wanted in (("as the model says", before), ("drawn from", after)):
        widths = bars[label].vertices.reshape(-1, 5, 2)[..., 0].max(axis=1)
        assert widths == pytest.approx(wanted[order], abs=1e-5)
    labels = [label.get_text() for label in demo.figure.axes[1].get_yticklabels()]
    signs = choose_signs("".join(sorted(set("".join(vocabulary.tokens)))).replace("\n", ""))
    tokens = [vocabulary.tokens[number] for number in order]
    assert labels == ["space" if t == " " else make_drawable(t, signs) for t in tokens]
    drawn = sample_tokens(
        model.make_step(), model.start, length=200, rng=np.random.default_rng(seed),
        prompt=ids, **settings,
    )  # fmt: skip
    check_surprises(demo.result, model, vocabulary, [*ids, *drawn.tolist()], len(ids))
    text = join([*prompt, *vocabulary.decode(drawn)])
    assert demo.artists["text"].get_text() == wrap_columns(make_drawable(text, signs))
    assert f"{np.count_nonzero(after)} token" in demo.message


def check_surprises(view, model, vocabulary, ids, n_read):
    """Those of the view against torch's, in one pass over all that was read and drawn."""
    with torch.no_grad():
        logits = model(torch.tensor([model.start, *ids[:-1]])[:, None])[0][:, 0]
    nats = torch.nn.functional.cross_entropy(logits, torch.tensor(ids), reduction="none")
    np.testing.assert_allclose(view.surprises, nats[n_read:].numpy() / np.log(2), atol=1e-3)
    assert view.lengths.sum() == len(view.sample)


@pytest.mark.parametrize("cell", CELLS)
def test_the_picture_is_what_the_model_says_and_writes(cell):
    model = make_model(LETTERS, cell)
    demo = sampling_demo(model, LETTERS, temperature=0.7, top_k=3, top_p=0.8, seed=4)
    check_numbers(demo, model, LETTERS, "the ")
    with demo.hold_repaint():
        for name, value in (("temperature", 1.6), ("top_k", 0), ("top_p", 0.95), ("seed", 9)):
            demo.controls[name].value = value
    check_numbers(demo, model, LETTERS, "the ")
    demo.close()


@pytest.mark.parametrize(("vocabulary", "prompt", "join"), [
    (SYLLABLES, "기억", "".join),
    (LETTERS, "", "".join),
    (LETTERS, "mat. \n", "".join),
    (WORDS, ["the"], join_words),
    (WORDS, ["sleeps", "."], join_words),
    (WORDS, ["sleeps", ".", END], join_words),
    (WORDS, ["cat", "("], join_words),
])  # fmt: skip
def test_any_prompt_is_read_and_goes_on_in_its_own_script(vocabulary, prompt, join):
    model = make_model(vocabulary)
    demo = sampling_demo(model, vocabulary, prompt=prompt, join=join)
    assert demo.error is None
    check_numbers(demo, model, vocabulary, prompt, join)
    demo.close()


def test_a_word_does_not_stick_to_the_prompt():
    compute = prepare_sampling(make_model(WORDS), WORDS, prompt=["the"], join=join_words)
    views = [compute(1.0, None, 1.0, seed) for seed in range(20)]
    assert {view.prompt for view in views} == {"the"}
    starts = {view.sample[0] for view in views}
    assert starts <= {" ", "\n", ".", "!", ")"}
    assert " " in starts


def test_greedy_needs_no_luck_and_a_seed_fixes_the_rest():
    compute = prepare_sampling(make_model(LETTERS), LETTERS)
    assert compute(0.0, None, 1.0, 1).sample == compute(0.0, None, 1.0, 2).sample
    assert compute(2.0, 1, 1.0, 1).sample == compute(0.0, None, 1.0, 2).sample
    assert compute(1.0, None, 1.0, 1).sample == compute(1.0, None, 1.0, 1).sample
    assert compute(1.0, None, 1.0, 1).sample != compute(1.0, None, 1.0, 2).sample


def test_the_view_holds_the_likeliest_tokens_in_order():
    vocabulary = Vocabulary.build(["incomprehensibilities", "b", "c"])
    compute = prepare_sampling(make_model(vocabulary), vocabulary, prompt=["b"], join=join_words)
    view = compute(1.0, None, 1.0, 0)
    parts = view.labels, view.before, view.after, view.after_all
    assert [len(part) for part in parts] == [4] * 4  # all there are
    assert view.labels[0] == vocabulary.tokens[view.after_all.argmax()]
    assert (np.diff(view.before) <= 0).all()
    assert set(view.characters) == set("incomprehensibilitiesbc" + UNKNOWN)


def test_a_prompt_that_enters_in_pieces_is_normalised():
    pieces = unicodedata.normalize("NFD", "기억")
    views = [
        prepare_sampling(make_model(SYLLABLES), SYLLABLES, prompt=prompt)(0.0, None, 1.0, 0)
        for prompt in ("기억", pieces, [pieces[:2], pieces[2:]])
    ]
    assert [view.prompt for view in views] == ["기억"] * 3
    assert views[0].sample == views[1].sample == views[2].sample


def test_what_is_not_printed_is_not_asked_of_a_font():
    vocabulary = Vocabulary.build("a\n\tb\u2028 기")
    view = prepare_sampling(make_model(vocabulary), vocabulary, prompt="a")(1.0, None, 1.0, 0)
    assert view.characters == "".join(sorted(set(" ab기" + UNKNOWN)))


def test_without_a_font_for_it_the_demo_still_runs(monkeypatch):
    monkeypatch.setattr("rnn_helpers.lectures.language_models.live_plots.find_font", _find_latin)
    monkeypatch.setattr("rnn_helpers.display.text_block.find_font", _find_latin)
    demo = make_demo(SYLLABLES, prompt="기억")
    assert demo.error is None
    assert set(demo.artists["text"].get_text()) <= set("·↵ \n.,<unk>‘’“”?!0123456789")
    demo.controls["temperature"].value = 0.3
    assert demo.error is None
    demo.close()


def _find_latin(characters, *, family="monospace"):
    from matplotlib import font_manager

    own = font_manager.findfont(font_manager.FontProperties(family=[family]))
    return None if any("가" <= letter <= "힣" for letter in characters) else own


@pytest.mark.parametrize(("options", "error", "message"), [
    ({"temperature": 2.1}, ValueError, "^temperature must be .* from 0 to 2, got 2.1$"),
    ({"temperature": "hot"}, TypeError, "^temperature must be a finite number"),
    ({"top_k": 4}, ValueError, "^top_k must be one of 1, 2, 3, 5, 10, 20, 50, None, got 4$"),
    ({"top_p": 0}, ValueError, "^top_p must be .* from 0.05 to 1, got 0$"),
    ({"seed": 20}, ValueError, "^seed must be an integer from 0 to 19, got 20$"),
    ({"seed": "one"}, TypeError, "^seed must be"),
    ({"prompt": "thé "}, ValueError, "^prompt must hold tokens that the model .*, got 'é'$"),
    ({"prompt": ["the"]}, ValueError, "^prompt must hold tokens .*, got 'the'$"),
    ({"prompt": 7}, TypeError, "^prompt must be a string or a list of tokens, got int$"),
    ({"join": len}, TypeError, "^join must return a string, got 4$"),
    ({"vocabulary": WORDS}, ValueError, "^vocabulary must hold the model's 19 tokens, got 12$"),
])  # fmt: skip
def test_a_wrong_setting_is_called_what_the_caller_calls_it(options, error, message):
    with pytest.raises(error, match=message):
        sampling_demo(make_model(LETTERS), **{"vocabulary": LETTERS} | options)


def test_every_choice_of_top_k_is_offered():
    demo = make_demo()
    labels = [label for label, _ in demo.controls["top_k"].options]
    assert labels == ["1", "2", "3", "5", "10", "20", "50", "all"]
    assert demo.controls["top_k"].label == "all"  # a drop-down shows None as nothing
    for label, k in zip(labels, TOP_KS, strict=True):
        demo.controls["top_k"].label = label
        assert demo.error is None
        left = min(k or len(LETTERS), len(LETTERS))
        assert f"top-k {label}, top-p 1.00: {left} token" in demo.message
    demo.close()
