"""The alignment scrubber: what it shows is what the model computes, whatever is typed."""

import unicodedata

import numpy as np
import pytest
import torch

from rnn_helpers.display.live import text_box
from rnn_helpers.lectures.attention.alignments import WIDEST, prepare_alignments
from rnn_helpers.lectures.attention.dates import ISO_CHARACTERS, list_characters
from rnn_helpers.lectures.attention.demos import SAMPLES, alignment_demo
from rnn_helpers.lectures.attention.encoder_decoder import EncoderDecoder
from rnn_helpers.lectures.attention.translation import translate
from tests.demo_bar import exercise_demo


def make_models(*scores):
    torch.manual_seed(0)
    sizes = len(list_characters()), len(ISO_CHARACTERS)
    return {str(score): EncoderDecoder(*sizes, 8, score=score) for score in scores}


MODELS = make_models("dot", "additive", "general")
TYPED = ("", "1.9.2001", "2001년 9월 1일", "x", "1" * WIDEST)


@pytest.fixture
def demo():
    picture = alignment_demo(MODELS)
    picture.controls["typed"].options = TYPED  # what a rough hand types
    yield picture
    picture.close()


def test_the_demo_stands_a_rough_hand(demo):
    exercise_demo(lambda: demo, moves=300)


def test_one_model_needs_no_choice_of_the_score():
    demo = alignment_demo({"additive": MODELS["additive"]}, step=3)
    assert list(demo.controls) == ["step", "date", "typed"]
    assert demo.result.score == "additive"
    demo.close()


@pytest.mark.parametrize(("score", "step"), [("dot", 1), ("additive", 6), ("dot", 10)])
def test_what_is_shown_is_what_the_model_computes(demo, score, step):
    with demo.hold_repaint():
        demo.controls["score"].value, demo.controls["step"].value = score, step
        demo.controls["typed"].value = "21 Nov 2026"
    found = translate(MODELS[score], ["21 nov 2026"])
    cells = demo.artists["map"].get_array()
    np.testing.assert_array_equal(cells[:, :11], found.weights[:, 0])
    assert cells[:, 11:].mask.all()  # nothing beyond the end
    heights = demo.artists["bars"].get_data().values
    np.testing.assert_array_equal(heights[::2], found.probabilities[step - 1, 0])
    assert np.isnan(heights[1::2]).all()
    np.testing.assert_allclose(demo.artists["context"].get_ydata(), found.contexts[step - 1, 0])
    written = [demo.artists[f"written {k}"].get_text() for k in range(10)]
    assert "".join(written) == found.isos[0]
    shown = [demo.artists[f"read {k}"] for k in range(WIDEST)]
    assert "".join(a.get_text() for a in shown if a.get_visible()) == "21␣nov␣2026"
    assert demo.artists["row"].get_y() == step - 1
    row = found.weights[step - 1, 0]
    assert f"{row.max():.2f}" in demo.message
    assert f"character {row.argmax() + 1} of 11" in demo.message
    assert f"Score {score}, step {step} of 10" in demo.message
    assert f"“21 nov 2026” becomes {found.isos[0]}" in demo.message


def test_what_is_typed_stands_in_place_of_what_is_picked(demo):
    assert demo.result.text == "2026년 11월 21일 토요일"
    demo.controls["date"].value = SAMPLES[1]
    assert demo.result.text == "21. november 2026"
    demo.controls["typed"].value = "1.9.2001"
    assert demo.result.text == "1.9.2001"
    demo.controls["typed"].value = "   "
    assert demo.result.text == "21. november 2026"


@pytest.mark.parametrize(("typed", "sentence"), [
    ("21@11", "no date in these languages is written with '@'"),
    ("2026가", "is written with U+AC00"),
    ("\U0001f600 2026", "is written with U+1F600"),
    ("1" * (WIDEST + 1), "the picture has room for 40 characters, got 41"),
])  # fmt: skip
def test_what_is_no_date_gets_a_sentence(demo, typed, sentence):
    at_rest = demo.png
    demo.controls["typed"].value = typed
    assert sentence in demo.message
    assert demo.png != at_rest
    demo.controls["typed"].value = ""
    assert demo.error is None
    assert demo.png == at_rest


def test_a_line_to_type_in_is_followed_at_every_key():
    box = text_box("or type one", "1.9.", placeholder="any date").make("typed")
    assert (box.value, box.description, box.placeholder) == ("1.9.", "or type one", "any date")
    assert box.continuous_update
    with pytest.raises(TypeError, match=r"^typed must be a text, got 3$"):
        text_box("date", 3).make("typed")


def test_dragging_the_step_translates_nothing_anew(monkeypatch):
    calls = []

    def count(model, texts):
        calls.append(texts)
        return translate(model, texts)

    monkeypatch.setattr("rnn_helpers.lectures.attention.translation.translate", count)
    compute = prepare_alignments(MODELS)
    for step in range(1, 11):
        compute("1.9.2001", "", "dot", step)
    assert calls == [["1.9.2001"]]
    compute("1.9.2001", "", "additive", 1)
    assert len(calls) == 2


@pytest.mark.parametrize(("options", "error", "message"), [
    ({"models": {}}, ValueError, "models must hold at least one model, got none"),
    ({"models": make_models(None)}, ValueError, "must have attention, got 'None' without"),
    ({"step": 11}, ValueError, "step must be an integer from 1 to 10, got 11"),
    ({"step": 1.5}, TypeError, "step must be"),
    ({"score": "cosine"}, ValueError, "score must be one of 'dot', .*, got 'cosine'"),
    ({"date": "1.9.2001"}, ValueError, "date must be one of"),
    ({"typed": "@"}, ValueError, "no date in these languages"),
    ({"typed": 3}, TypeError, "typed must be"),
])  # fmt: skip
def test_a_wrong_setting_is_called_what_the_caller_calls_it(options, error, message):
    with pytest.raises(error, match=message):
        alignment_demo(**{"models": MODELS} | options)


def test_the_samples_can_be_read_and_drawn_stored_in_pieces_too():
    compute = prepare_alignments(MODELS)
    for sample in SAMPLES:
        view = compute("", sample, "dot", 1)
        pieces = compute("", unicodedata.normalize("NFD", sample), "dot", 1)
        assert len(view.text) <= WIDEST
        assert (view.text, view.iso) == (pieces.text, pieces.iso)
