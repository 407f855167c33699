"""Interpolated Kneser–Ney against dictionaries that follow the formula word by word."""

from collections import Counter

import numpy as np
import pytest

from rnn_helpers.models.ngrams import compute_kneser_ney, fit_ngram


def make_text(seed, length, letters="abcd"):
    """Letters that depend on the two before, so that no order is like another."""
    rng = np.random.default_rng(seed)
    table = np.random.default_rng(9).dirichlet(np.full(len(letters), 0.4), size=(len(letters),) * 2)
    codes = [0, 1]
    while len(codes) < length:
        codes.append(int(rng.choice(len(letters), p=table[codes[-2], codes[-1]])))
    return "".join(letters[code] for code in codes)


def by_dictionary(train, text, order):
    size = len(set(train)) + 1
    seen = Counter(
        (train[t - k : t], train[t]) for t in range(order, len(train)) for k in range(order + 1)
    )
    counts = {order: {gram: n for gram, n in seen.items() if len(gram[0]) == order}}
    for k in range(order):  # the different tokens that stood before
        counts[k] = Counter((h[1:], c) for h, c in seen if len(h) == k + 1)

    def ask(context, token):
        k = len(context)
        shorter = ask(context[1:], token) if k else 1 / size
        after = {c: n for (h, c), n in counts[k].items() if h == context}
        if not after:
            return shorter
        ones, twos = (sum(n == m for n in counts[k].values()) for m in (1, 2))
        discount = ones / (ones + 2 * twos) if ones and twos else 0.5
        kept = max(after.get(token, 0) - discount, 0)
        return (kept + discount * len(after) * shorter) / sum(after.values())

    return [ask(text[t - order : t], text[t]) for t in range(order, len(text))]


@pytest.mark.parametrize("order", [0, 1, 2, 4])
def test_it_is_the_formula_of_its_docstring(order):
    train, text = make_text(0, 160), make_text(1, 60) + "?abz" + make_text(2, 20)
    found = compute_kneser_ney(fit_ngram(train, max_order=order), text)
    np.testing.assert_allclose(found, by_dictionary(train, text, order), rtol=1e-12)
    assert (found > 0).all()


@pytest.mark.parametrize("context", ["", "a", "ab", "abc", "zzz"])
def test_its_probabilities_sum_to_one_after_every_context(context):
    model = fit_ngram(make_text(0, 200), max_order=len(context))
    texts = [context + letter for letter in model.alphabet + "?"]
    assert sum(compute_kneser_ney(model, text)[0] for text in texts) == pytest.approx(1)


def test_a_token_that_stands_after_one_other_only_is_rare_elsewhere():
    model = fit_ngram("sf" * 30 + "abacadaebabcbdbe" * 2, max_order=1)
    rare, common = (compute_kneser_ney(model, "?" + letter)[0] for letter in "fa")
    assert rare < common  # though "f" is counted more often than "a"
