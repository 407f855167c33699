"""What a prediction hangs on: against autograd, and what is counted against counts by hand."""

import numpy as np
import pytest
import torch

from rnn_helpers import data
from rnn_helpers.lectures.gru import connectivity
from rnn_helpers.lectures.gru.connectivity import (
    CELLS,
    KINDS,
    LONGEST,
    SENTENCES,
    TextNetwork,
    compute_text_connectivity,
    count_back,
    find_opening,
    find_places,
    load_text_networks,
    measure_reach,
    prepare_pointer,
)
from rnn_helpers.recurrences.jacobians import compute_connectivity
from tests.data.test_networks import VOCABULARY, load_model

TEXT = "for name in (names of the class):"


@pytest.mark.parametrize("cell", CELLS)
def test_the_strengths_are_autograds(cell):
    model, found = load_model(cell), compute_text_connectivity(load_text_networks()[cell], TEXT)
    ids = torch.from_numpy(VOCABULARY.encode(TEXT))
    inputs = torch.cat([torch.tensor([model.start]), ids[:-1]])

    def predict(xs):
        return model.readout(model.recurrence(xs[:, None])[0][:, 0])

    wanted = compute_connectivity(predict, model.embedding(inputs), ids)
    # its column s is input s, the character before number s
    np.testing.assert_allclose(found.strengths[:, :-1], wanted[:, 1:], atol=1e-10, rtol=1e-8)
    p = torch.softmax(model(inputs[:, None])[0][:, 0], dim=1).detach().numpy()
    np.testing.assert_allclose(found.probabilities, p[np.arange(len(ids)), ids], atol=1e-10)
    assert found.guesses == "".join(VOCABULARY.tokens[k] for k in 1 + p[:, 1:].argmax(axis=1))


@pytest.mark.parametrize("cell", CELLS)
def test_a_strength_is_how_far_the_prediction_moves(cell):
    network, text, step = load_text_networks()[cell], "aname of", 1e-6
    # only "a" is nudged: it stands nowhere else
    changed = text.replace("a", "q", 1)
    ids = network.vocabulary.numbers
    found = compute_text_connectivity(network, changed)
    moved = []
    for axis in range(network.embedding.shape[1]):
        logs = []
        for sign in (1, -1):
            embedding = network.embedding.copy()
            embedding[ids["q"], axis] += sign * step
            parts = {**vars(network), "embedding": embedding}
            p = compute_text_connectivity(TextNetwork(**parts), changed).probabilities
            logs.append(np.log(p))
        moved.append((logs[0] - logs[1]) / (2 * step))
    np.testing.assert_allclose(found.strengths[1:, 0], np.linalg.norm(moved, axis=0)[1:], rtol=1e-5)


@pytest.mark.parametrize(("strengths", "share", "count"), [
    ([1, 2, 3, 4], 0.4, 1), ([1, 2, 3, 4], 0.41, 2), ([1, 2, 3, 4], 0.9, 3), ([4, 0, 0, 0], 0.9, 4),
    ([1], 0.9, 1), ([1, 2, 3, 4], 1.0, 4),
])  # fmt: skip
def test_the_characters_back_are_counted(strengths, share, count):
    assert count_back(np.array(strengths, dtype=float), share=share) == count


def test_openings_and_places_are_found():
    text = 'call (the long one) and "KeyError" or (ab) or "a b c d" x'
    assert find_opening(text, text.index(")")) == 13
    assert find_opening(text, text.index('" or')) == 9
    assert find_opening(text, text.rindex(")")) == 0  # too near
    assert find_opening(text, text.rindex('"')) == 0  # no name
    assert find_opening(text, 3) == 0
    for kind in KINDS:
        places = find_places(text, kind, before=5, count=100)
        assert len(places) > 0
        assert places.min() >= 5
    starts = find_places(text, "word start", before=5, count=100)
    assert all(text[place - 1] == " " for place in starts)
    assert len(find_places(text, "any", before=5, count=7)) == 7
    with pytest.raises(ValueError, match="kind must be one of"):
        find_places(text, "elsewhere", before=5, count=7)


@pytest.mark.parametrize("cell", ["RNN", "LSTM"])
def test_what_is_measured_over_many_places_is_the_mean_of_each(cell):
    network = load_text_networks()[cell]
    text = 20 * "the name of (an argument) is here, "
    found = measure_reach(network, text, "closing bracket", before=50, count=4)
    places = find_places(text, "closing bracket", before=50, count=4)
    rows = [
        compute_text_connectivity(network, text[place - 50 : place + 1]).strengths[50, :50]
        for place in places
    ]
    assert found["places"] == 4
    assert found["back"] == pytest.approx(np.mean([count_back(row) for row in rows]))
    assert found["beyond"] == pytest.approx(np.mean([r[:-10].sum() / r.sum() for r in rows]))
    assert found["opening"] == pytest.approx(np.mean([r[50 - 12] / r.sum() for r in rows]))
    near = [(r[35:38].sum() + r[39:42].sum()) / 6 / r.sum() for r in rows]
    assert found["around"] == pytest.approx(np.mean(near))


def test_the_pointer_reads_the_text_once_and_stops_at_its_end(monkeypatch):
    calls = []
    monkeypatch.setattr(
        connectivity, "compute_text_connectivity",
        lambda network, text: calls.append(text) or compute_text_connectivity(network, text),
    )  # fmt: skip
    compute = prepare_pointer(load_text_networks())
    pointed = compute(position=10, sentence=TEXT)
    assert pointed.text[pointed.position - 1] == "i"
    assert all(share.shape == (9,) and share.sum() == pytest.approx(1)
               for share in pointed.shares.values())  # fmt: skip
    assert compute(position=60, sentence=TEXT).position == len(TEXT)
    assert calls == [TEXT] * 3
    assert compute(position=60, sentence=TEXT, own="abc").text == "abc"
    assert set(pointed.guesses) == set(pointed.backs) == set(CELLS)


def test_every_given_sentence_is_held_out_and_is_about_what_it_says():
    train, held_out = data.split_text(data.load_manual(drop_repeats=True))
    for text in SENTENCES.values():
        assert text in held_out
        assert text not in train
        assert len(text) == LONGEST  # one count: the slider's last place is the text's
        assert f" {text.strip()}" in held_out  # and it begins with a word
        assert set(text) <= set(VOCABULARY.tokens)
    bracket, quote, start, inside = SENTENCES.values()
    assert find_opening(bracket, len(bracket) - 1) == 16
    assert find_opening(quote, len(quote) - 1) == 7
    assert KINDS["word start"](start, len(start) - 1)
    assert KINDS["inside a word"](inside, len(inside) - 1)


@pytest.mark.parametrize(("own", "message"), [
    ("한글", "no network has ever read 한 글"), ("a", "2 to 60 characters, got 1"),
    (61 * "a", "2 to 60 characters, got 61"),
])  # fmt: skip
def test_a_text_that_cannot_be_read_is_refused_in_a_sentence(own, message):
    with pytest.raises(ValueError, match=message):
        prepare_pointer(load_text_networks())(position=2, sentence=TEXT, own=own)
