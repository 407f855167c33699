"""Each check of lecture 02 on its typical mistakes; stubs and solutions are in tests/course."""

import math

import numpy as np
import torch

from rnn_helpers.lectures.recurrent_networks import exercises
from rnn_helpers.recurrences.cells import run_rnn
from tests.mistakes import expect


def halves(join, start=lambda first, h0: first[-1]):
    def answer(xs, h0, k, *weights):
        first = run_rnn(xs[:k], h0, *weights)
        return join(first, run_rnn(xs[k:], start(first, h0), *weights))

    return answer


def drop(first, second):
    return np.concatenate([first, second[1:]])


def delay(k, unit):
    return lambda: (np.eye(1, 3), np.eye(3, k=k), np.eye(3)[:, [unit]])


test_a_typical_mistake_has_its_hint = expect("not yet", exercises, [
    ("parameter_count", 78, "the biases are missing"),
    ("parameter_count", 84, "the output has a bias"),
    ("parameter_count", 81, "the hidden units have a bias"),
    ("parameter_count", 8700, "the 100 steps add nothing"),
    ("parameter_count", 93, "two biases for the hidden units"),
    ("parameter_count", 66, "W_hy and b_y"), ("parameter_count", 3, "count the entries"),
    ("parameter_count", 78.0, "the biases are missing"),
    ("parameter_count", 87.5, "a whole number is expected here, not 87.5"),
    ("two_parts", halves(drop, lambda first, h0: h0), "must start where the first one ended"),
    ("two_parts", halves(lambda *parts: np.concatenate(parts)), "there twice"),
    ("two_parts", lambda xs, h0, k, *w: run_rnn(xs[::-1], h0, *w), "differ from those of one"),
    ("two_parts", lambda xs, h0, k, *w: run_rnn(xs, h0, *w), "one run, whatever k is"),
    ("two_parts", lambda xs, h0, k, *w: halves(drop)(xs, h0, 3, *w), "one run, whatever k is"),
    ("two_parts", halves(lambda first, _: first), "all states of both parts has shape (8, 2,"),
    ("two_parts", halves(lambda *parts: list(parts)), "join the two with np.concatenate"),
    ("last_visible", lambda w, s: math.log(s) // math.log(abs(w)), "only t − 1 times"),
    ("last_visible", lambda w, s: 1 + np.log(s) / np.log(abs(w)), "a step is a whole number"),
    ("last_visible", lambda w, s: 1 + np.floor(np.log(s) / np.log(w)), "the size |w| decides"),
    ("last_visible", lambda w, s: 1 + int(np.log(s) / np.log(w)), "the size |w| decides"),
    ("last_visible", lambda w, s: 1 + math.log(s) // math.log(w), "the size |w| decides"),
    ("last_visible", lambda w, s: 12, "is not 12"),
    ("delay_line", delay(1, 1), "the delay is 1, not 2"),
    ("delay_line", delay(1, 0), "the delay is 0, not 2"),
    ("delay_line", delay(-1, 2), "the output is always 0"),
    ("delay_line", lambda: (np.eye(1, 3), np.ones((3, 3)), np.eye(3)[:, 2:]), "row vectors"),
    ("delay_line", lambda: (np.eye(1, 3), np.roll(np.eye(3), 1, axis=1), np.eye(3)[:, 2:]),
     "comes round again"),
    ("delay_line", lambda: (np.eye(1, 3), np.eye(3), np.eye(3)[2]), "W_hy has shape (3, 1)"),
    ("delay_line", lambda: 7, "three arrays are expected here: W_xh, W_hh, W_hy"),
])  # fmt: skip


def by_listing(xs, h0, k, W_xh, W_hh, b_h):  # from the exercise's text alone
    states = [h0]
    for part in (xs[:k], xs[k:]):
        states += list(run_rnn(part, states[-1], W_xh, W_hh, b_h)[1:])
    return states


def step_by_step(xs, h0, k, W_xh, W_hh, b_h):
    hs = np.zeros((len(xs) + 1, *h0.shape), dtype=np.float32)
    hs[0] = h0
    for part in (range(k), range(k, len(xs))):
        for t in part:
            hs[t + 1] = np.tanh(xs[t] @ W_xh + hs[t] @ W_hh + b_h)
    return hs


def stop_at_k(xs, h0, k, *weights):  # uses k in ways that no slice has
    states = [h0]
    for t, x in enumerate(xs):
        start = states[t] if t < k or t == k else states[-1]
        states.append(run_rnn(x[None], start, *weights)[-1])
    return np.array(states)


def split(xs, h0, k, *weights):
    states = [h0[None]]
    for part in np.split(xs, [k]):
        states.append(run_rnn(part, states[-1][-1], *weights)[1:])
    return np.concatenate(states)


def log_ratio(w, share):
    return np.log(share) / np.log(abs(w))


def count_up(w, share):
    t = 1
    while abs(w) ** t >= share:
        t += 1
    return t


def line(*, kind=np.array, scale=1.0, order=(0, 1, 2)):
    W_xh, W_hh, W_hy = np.eye(1, 3), np.eye(3, k=1) * scale, np.eye(3)[:, 2:] / scale**2
    W_xh, W_hh, W_hy = W_xh[:, order], W_hh[np.ix_(order, order)], W_hy[list(order)]
    return lambda: tuple(kind(w) for w in (W_xh, W_hh, W_hy))


test_a_right_answer_has_its_lesson = expect("right", exercises, [
    *(("parameter_count", answer, "however long the sequence") for answer in (
        87, 87.0, np.int64(87), np.float32(87), np.array(87), torch.tensor(87),
        sum(w.size for w in map(np.zeros, ((4, 6), (6, 6), 6, (6, 3), 3))),
        sum(p.numel() for p in torch.nn.RNN(4, 6).parameters()) - 6 + 6 * 3 + 3,
    )),
    *(("two_parts", answer, "nothing but the state has to be handed on") for answer in (
        halves(drop), by_listing, step_by_step, halves(lambda a, b: np.vstack([a[:-1], b])),
        lambda *all: halves(drop)(*all).tolist(),
        lambda *all: halves(drop)(*all).astype(np.float32),
        lambda *all: torch.tensor(halves(drop)(*all), requires_grad=True),
        stop_at_k, split, lambda xs, h0, k, *w: halves(drop)(xs, h0, int(k), *w),
    )),
    *(("last_visible", answer, "ten times longer") for answer in (
        lambda w, s: 1 + int(np.floor(log_ratio(w, s))), lambda w, s: np.ceil(log_ratio(w, s)),
        lambda w, s: 1 + np.log(s) // np.log(abs(w)), lambda w, s: 1 + math.floor(log_ratio(w, s)),
        lambda w, s: 1 + int(math.log(s, abs(w))), lambda w, s: math.ceil(math.log(s, abs(w))),
        lambda w, s: 1 + int(log_ratio(w, s) + 1e-9), lambda w, s: int(log_ratio(w, s) + 1),
        lambda w, s: 1 + np.floor(np.log(np.float32(s)) / np.log(np.float32(abs(w)))),
        lambda w, s: 1 + torch.floor(torch.tensor(s).log() / torch.tensor(abs(w)).log()),
        lambda w, s: 1 + np.floor(np.log(s**2) / np.log(w**2)), count_up,
    )),
    *(("delay_line", answer, "AR(τ) is an RNN") for answer in (
        line(), line(scale=0.5), line(order=(2, 0, 1)), line(kind=lambda w: w.tolist()),
        line(kind=torch.tensor), line(kind=np.float32), lambda: list(line()()),
        line(kind=lambda w: torch.tensor(w, requires_grad=True)),
    )),
])  # fmt: skip


test_no_answer_is_a_sentence = expect("not yet", exercises, [
    ("parameter_count", float("nan"), "a whole number is expected here, not nan"),
    ("parameter_count", "87", "a whole number is expected"), ("parameter_count", [87], "is list"),
    ("two_parts", lambda *all: np.full((8, 2, 5), np.nan), "not finite"),
    ("two_parts", np.zeros((8, 2, 5)), "a function is expected"),
    ("last_visible", lambda w, s: np.nan, "for w = 0.5 and share 0.01 this is nan"),
    ("last_visible", lambda w, s: 1 + np.floor(np.log(s) / np.log(w)), "the size |w| decides"),
    ("last_visible", lambda w, s: float("inf"), "a step is a whole number"),
    ("last_visible", lambda w, s: [7], "a number is expected"), ("last_visible", 7, "a function"),
    ("delay_line", lambda: (np.eye(1, 3), np.full((3, 3), np.nan), np.eye(3)[:, 2:]), "finite"),
    ("delay_line", lambda: (np.eye(1, 3), np.eye(3)), "three arrays are expected here"),
    ("delay_line", (np.eye(1, 3), np.eye(3, k=1), np.eye(3)[:, 2:]), "a function is expected"),
])  # fmt: skip


test_nothing_returned_is_still_missing = expect("missing", exercises, [
    ("parameter_count", ..., ""), ("two_parts", lambda *all: None, ""),
    ("last_visible", lambda w, s: ..., ""), ("delay_line", lambda: None, ""),
])  # fmt: skip
