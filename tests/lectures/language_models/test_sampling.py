"""The distribution that a token is drawn from, worked by hand, and the loop that draws."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rnn_helpers.lectures.language_models.sampling import (
    compute_surprises,
    filter_distribution,
    sample_tokens,
)

P = np.array([0.15, 0.5, 0.05, 0.3])  # in no order


def softmax(logits):
    weights = np.exp(logits - logits.max())
    return weights / weights.sum()


@pytest.mark.parametrize(("settings", "expected"), [
    ({}, P),
    ({"temperature": 0}, [0, 1, 0, 0]),
    ({"temperature": 0.5}, P**2 / (P**2).sum()),
    ({"temperature": 2}, np.sqrt(P) / np.sqrt(P).sum()),
    ({"top_k": 1}, [0, 1, 0, 0]),
    ({"top_k": 2}, [0, 0.625, 0, 0.375]),
    ({"top_k": 3}, [3 / 19, 10 / 19, 0, 6 / 19]),
    ({"top_k": 4}, P),
    ({"top_k": 99}, P),
    ({"top_p": 0.01}, [0, 1, 0, 0]),
    ({"top_p": 1e-15}, [0, 1, 0, 0]),  # the likeliest stays, however small the share
    ({"top_p": 0.5}, [0, 1, 0, 0]),
    ({"top_p": 0.51}, [0, 0.625, 0, 0.375]),
    ({"top_p": 0.8}, [0, 0.625, 0, 0.375]),  # 0.5 + 0.3, whatever floats make of it
    ({"top_p": 0.81}, [3 / 19, 10 / 19, 0, 6 / 19]),
    ({"top_p": 1.0}, P),
])  # fmt: skip
def test_each_filter_is_followed_by_hand(settings, expected):
    result = filter_distribution(np.log(P), **settings)
    np.testing.assert_allclose(result, expected, atol=1e-12)
    assert ((result == 0) == (np.array(expected) == 0)).all()  # cut is 0, not almost 0


def test_temperature_comes_first_then_top_k_then_top_p():
    # At temperature ½ the three likeliest have 25 : 9 : 2.25. Top-k leaves 25 : 9, of which the
    # first is 0.735. Without top-k it is 0.685, at temperature 1 it is 0.625 of two.
    settings = {"temperature": 0.5, "top_k": 2}
    both = filter_distribution(np.log(P), **settings)
    np.testing.assert_allclose(both, [0, 25 / 34, 0, 9 / 34])
    one = [0, 1, 0, 0]
    assert filter_distribution(np.log(P), **settings, top_p=0.73).tolist() == one
    np.testing.assert_allclose(filter_distribution(np.log(P), **settings, top_p=0.74), both)
    assert np.count_nonzero(filter_distribution(np.log(P), temperature=0.5, top_p=0.73)) == 2
    assert np.count_nonzero(filter_distribution(np.log(P), top_k=2, top_p=0.73)) == 2
    assert np.count_nonzero(filter_distribution(np.log(P), top_k=2, top_p=0.62)) == 1


def test_a_high_temperature_forgets_and_a_low_one_decides():
    logits = np.array([2.0, -3.0, 0.5, 1.0])
    np.testing.assert_allclose(filter_distribution(logits, temperature=1e9), 0.25, rtol=1e-6)
    for temperature in (1e-3, 1e-12, 5e-324):
        assert filter_distribution(logits, temperature=temperature).tolist() == [1, 0, 0, 0]


def test_equally_likely_tokens():
    equal = np.zeros(6)
    assert filter_distribution(equal, temperature=0).tolist() == [1, 0, 0, 0, 0, 0]  # the first
    for k in range(1, 7):
        kept = filter_distribution(equal, top_k=k)
        assert sorted(kept) == pytest.approx([0] * (6 - k) + [1 / k] * k)  # k, and no more
    np.testing.assert_allclose(filter_distribution(equal, top_p=0.5), [1 / 3] * 3 + [0] * 3)


def test_what_cannot_be_stays_impossible():
    logits = np.array([-np.inf, 0.0, -np.inf, 1.0])
    for settings in ({}, {"temperature": 100}, {"top_k": 3}, {"top_p": 0.99}):
        result = filter_distribution(logits, **settings)
        odds = np.exp(1 / settings.get("temperature", 1))
        np.testing.assert_allclose(result, [0, 1 / (1 + odds), 0, odds / (1 + odds)])


@given(
    st.lists(st.floats(-1000, 1000), min_size=1, max_size=12),
    st.floats(0, 50),
    st.none() | st.integers(1, 15),
    st.floats(0, 1, exclude_min=True),
)
def test_it_is_always_a_distribution_and_keeps_the_likeliest(logits, temperature, top_k, top_p):
    logits, given_ = np.array(logits), logits
    p = filter_distribution(logits, temperature=temperature, top_k=top_k, top_p=top_p)
    assert p.shape == logits.shape
    assert (p >= 0).all()
    assert p.sum() == pytest.approx(1)
    assert np.count_nonzero(p) <= (top_k or len(p))
    with np.errstate(over="ignore"):
        weights = np.exp((logits - logits.max()) / temperature) if temperature else logits
    kept, cut = weights[p > 0], weights[p == 0]
    assert kept.min() >= cut.max(initial=-np.inf)
    assert logits.tolist() == given_  # what came in is left as it was


@given(st.lists(st.floats(-20, 20), min_size=2, max_size=12), st.floats(0.01, 0.99))
def test_top_p_keeps_the_fewest_tokens_that_hold_the_share(logits, top_p):
    logits = np.array(logits)
    p = softmax(logits)
    kept = filter_distribution(logits, top_p=top_p) > 0
    assert p[kept].sum() >= top_p - 1e-9
    assert p[kept].sum() - p[kept].min() < top_p  # without its last it would be too little
    left = filter_distribution(logits, top_p=top_p)[kept]
    np.testing.assert_allclose(left, p[kept] / p[kept].sum(), rtol=1e-9)


@pytest.mark.parametrize(("settings", "error", "message"), [
    ({"temperature": -0.1}, ValueError, "temperature must be a finite number of at least 0"),
    ({"temperature": np.inf}, ValueError, "temperature must be a finite number"),
    ({"temperature": "hot"}, TypeError, "temperature must be a finite number"),
    ({"top_k": 0}, ValueError, "top_k must be an integer of at least 1, got 0"),
    ({"top_k": 1.5}, TypeError, "top_k must be an integer of at least 1, got 1.5"),
    ({"top_p": 0}, ValueError, "top_p must be a finite number greater than 0 and at most 1"),
    ({"top_p": 1.01}, ValueError, "top_p must be a finite number greater than 0 and at most"),
    ({"top_p": None}, TypeError, "top_p must be a finite number"),
])  # fmt: skip
def test_a_setting_out_of_range_is_named(settings, error, message):
    with pytest.raises(error, match=message):
        filter_distribution(np.log(P), **settings)
    never = pytest.fail  # the settings are looked at before the model is asked
    with pytest.raises(error, match=message):
        sample_tokens(never, 0, length=3, rng=np.random.default_rng(0), **settings)


@pytest.mark.parametrize("bad", [[-np.inf, -np.inf], [0.0, np.nan], [0.0, np.inf]])
@pytest.mark.parametrize("temperature", [0, 1])
def test_a_model_that_gives_no_distribution_draws_no_token(bad, temperature):
    steps, message = iter([[0.0, 1.0], bad]), "logits must hold a finite number, and none that is"
    with pytest.raises(ValueError, match=message):
        filter_distribution(bad, temperature=temperature)
    with pytest.raises(ValueError, match=message):
        write(lambda token, state: (next(steps), state), temperature=temperature)


def write(step, start=0, *, length=3, seed=0, **options):
    rng = np.random.default_rng(seed)
    return sample_tokens(step, start, length=length, rng=rng, **options).tolist()


MATRIX = np.log([[0.1, 0.2, 0.7, 0.0001], [0.5, 0.3, 0.2, 0.0001],
                 [0.25, 0.6, 0.15, 0.0001], [0.2, 0.2, 0.5, 0.1]])  # fmt: skip
START = 3


def chain(token, state):
    """A model that remembers one token; its state is the list of all it was given."""
    return MATRIX[token], [*(state or []), token]


class Draws(np.random.Generator):
    """A generator that draws what it is told."""

    def __init__(self, *values):
        super().__init__(np.random.PCG64(0))
        self.values = values

    def random(self, size):
        return np.array(self.values[:size])


def test_the_loop_is_followed_by_hand():
    # start row, ends 0.2 0.4 0.9 1: 0.35 is token 1; row 1, ends 0.5 0.8 1: 0.1 is token 0;
    # row 0, ends 0.1 0.3 1: 0.95 is token 2
    tokens = sample_tokens(chain, START, length=3, rng=Draws(0.35, 0.1, 0.95))
    assert tokens.tolist() == [1, 0, 2]


def test_every_token_that_is_drawn_is_fed_back_with_the_state():
    seen = []

    def step(token, state):
        seen.append((token, state))
        return chain(token, state)

    tokens = write(step, START, length=4, prompt=[2, 0])
    assert [token for token, _ in seen] == [START, 2, 0, *tokens[:-1]]
    assert seen[0][1] is None
    assert seen[-1][1] == [START, 2, 0, *tokens[:-2]]
    assert all(type(token) is int for token, _ in seen)


def test_the_seed_fixes_the_text_and_a_longer_one_begins_the_same():
    text = write(chain, START, length=30, seed=1)
    assert len(text) == 30
    assert write(chain, START, length=30, seed=1) == text
    assert write(chain, START, length=9, seed=1) == text[:9]
    assert write(chain, START, length=30, seed=2) != text


def test_greedy_follows_the_likeliest():
    for settings in ({"temperature": 0}, {"top_k": 1}, {"top_p": 0.01}):
        assert write(chain, START, length=6, seed=7, **settings) == [2, 1, 0, 2, 1, 0]


def test_the_stop_token_ends_the_text_and_is_returned():
    def stopped(stop, **options):
        return write(chain, START, length=6, temperature=0, stop=stop, **options)

    assert stopped(1) == [2, 1]
    assert stopped(2) == [2]
    assert stopped(0) == [2, 1, 0]
    assert stopped(3) == stopped(None) == [2, 1, 0, 2, 1, 0]
    assert stopped(1, prompt=[1]) == [0, 2, 1]  # in the prompt it stops nothing


@pytest.mark.parametrize("draw", [0.0, 0.5, 1 - 2**-53])
def test_a_token_that_cannot_be_is_never_drawn(draw):
    logits = np.array([-np.inf, 0.3, -np.inf, 0.1, -np.inf])
    tokens = sample_tokens(lambda token, state: (logits, state), 0, length=1, rng=Draws(draw))
    assert tokens[0] == (3 if draw > 0.6 else 1)


@pytest.mark.parametrize(
    "settings", [{}, {"temperature": 0.5}, {"top_k": 2}, {"temperature": 2, "top_p": 0.6}]
)
def test_frequencies_approach_the_distribution(settings):
    N = 20_000
    tokens = write(lambda token, state: (np.log(P), state), length=N, **settings)
    p = filter_distribution(np.log(P), **settings)
    shares = np.bincount(tokens, minlength=4) / N
    assert (np.abs(shares - p) <= 4 * np.sqrt(p * (1 - p) / N)).all()


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_rule_has_one_precision_whatever_the_model_computes_in(dtype):
    logits = np.log(np.array([2, 4, 3, 3, 6, 2]) / 20).astype(dtype)
    assert filter_distribution(logits, top_p=0.3).tolist() == [0, 0, 0, 0, 1, 0]
    assert set(write(lambda token, state: (logits, state), length=4000, top_p=0.3)) == {4}


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: filter_distribution([]), ValueError, "logits must not be empty"),
    (lambda: filter_distribution([[0.0, 1.0]]), ValueError, "logits must have 1 axes, got 2"),
    (lambda: filter_distribution(["a"]), TypeError, "logits must be an array of numbers"),
    (lambda: write(chain, length=0), ValueError, "length must be an integer of at least 1"),
    (lambda: write(chain, length=2.0), TypeError, "length must be an .* at least 1, got 2.0"),
    (lambda: sample_tokens(chain, 0, length=3, rng=np.random), TypeError,
     "rng must be a numpy.random.Generator, got module"),
    (lambda: write(chain, -1), ValueError, "start must be an integer of at least 0, got -1"),
    (lambda: write(chain, prompt=[1, -1]), ValueError, "prompt must lie from 0 to 3, got -1"),
    (lambda: write(chain, prompt=[4]), ValueError, "prompt must lie from 0 to 3, got 4"),
    (lambda: write(chain, prompt=[0.5]), TypeError, "prompt must be an array of numbers"),
    (lambda: write(chain, stop=4), ValueError, "stop must be an integer from 0 to 3, got 4"),
    (lambda: write(lambda *_: None), TypeError, "step must return a pair, .*, got None"),
    (lambda: write(lambda *_: MATRIX), TypeError, r"step must return a pair, .*, got array\("),
    (lambda: write(lambda *_: (None, 0)), TypeError, "logits must be an array of numbers"),
])  # fmt: skip
def test_what_is_wrong_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_surprises_are_those_of_the_softmax_in_bits():
    rng = np.random.default_rng(0)
    logits, tokens = rng.normal(size=(7, 5)), rng.integers(5, size=7)
    expected = [-np.log2(softmax(row)[token]) for row, token in zip(logits, tokens, strict=True)]
    np.testing.assert_allclose(compute_surprises(logits, tokens), expected, rtol=1e-12)
    np.testing.assert_allclose(compute_surprises(logits + 1e3, tokens), expected, rtol=1e-9)
    assert compute_surprises([[0.0, -np.inf]], [0]).tolist() == [0.0]


def test_a_surprise_is_asked_of_a_token_that_there_is():
    with pytest.raises(ValueError, match=r"^tokens must"):
        compute_surprises(np.zeros((2, 3)), [0, 3])
    with pytest.raises(ValueError, match=r"^tokens must"):
        compute_surprises(np.zeros((2, 3)), [0])
