"""The naive model and the models without parameters."""

import unicodedata

import numpy as np
import pytest

from rnn_helpers.data.series import load_sunspots, split_years
from rnn_helpers.lectures.sequence_models import histories
from rnn_helpers.lectures.sequence_models.histories import compute_conditionals, count_histories

YEARS, COUNTS = load_sunspots()
TRAIN, HELD_OUT = split_years(YEARS)


def test_the_chain_rule_gives_back_the_joint_table():
    joint = np.random.default_rng(1).random((2, 3, 4))
    joint[1, 2] = 0.0  # a history that never happens
    conditionals = compute_conditionals(joint)
    product = conditionals[0][:, None, None] * conditionals[1][:, :, None] * conditionals[2]
    np.testing.assert_allclose(product, joint / joint.sum(), atol=1e-16)
    np.testing.assert_allclose(conditionals[1].sum(-1), 1.0)
    assert conditionals[2][1, 2].tolist() == [0, 0, 0, 0]


def test_histories_are_counted_alike_for_text_and_tokens():
    text = "the cat the cat the dog "
    by_letter = count_histories(text, length=3)
    assert by_letter == count_histories(list(text), length=3)
    assert count_histories(text.split(), length=2) == histories.HistoryCounts(2, 4, 2, 0)
    assert count_histories("abc", length=2).share_once == 1.0


def test_histories_of_a_text_stored_in_pieces_are_the_same():
    text = "Café, 다람쥐 헌 쳇바퀴에 타고파. " * 3
    for length in (1, 4):
        pieces = count_histories(unicodedata.normalize("NFD", text), length=length)
        assert pieces == count_histories(text, length=length)


def test_the_naive_model_knows_its_training_years_by_heart_and_nothing_else():
    predictions = histories.predict_naive(COUNTS, n_train=TRAIN.stop)
    np.testing.assert_array_equal(predictions[TRAIN], COUNTS[TRAIN])
    np.testing.assert_allclose(predictions[HELD_OUT], COUNTS[TRAIN].mean())


@pytest.mark.parametrize(("call", "message"), [
    (lambda: compute_conditionals([[1.0, -1.0]]), "joint must be a table of numbers of at"),
    (lambda: compute_conditionals([[0.0, 0.0]]), "joint must be a table of numbers of at"),
    (lambda: compute_conditionals(3.0), "joint must be a table of numbers of at"),
    (lambda: count_histories("abcde", length=5), "more than length = 5 tokens, got 5"),
    (lambda: count_histories("abcde", length=0), "length must be an integer of at least 1"),
    (lambda: histories.predict_naive(COUNTS, n_train=0), "n_train must .* from 1 to 309"),
    (lambda: histories.predict_seasonal(COUNTS, period=0), "period must .* from 1 to 308"),
    (lambda: histories.predict_seasonal(COUNTS, period=309), "period must .* from 1 to 308"),
])  # fmt: skip
def test_what_cannot_be_counted_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
