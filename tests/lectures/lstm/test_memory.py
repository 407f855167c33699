"""The LSTM unit held by hand, and its gradients by lag, against other ways to get them."""

import numpy as np
import pytest

from rnn_helpers.lectures.lstm.memory import compute_cell_run, compute_lstm_decay
from rnn_helpers.recurrences.cells import lstm_step, run_rnn


@pytest.mark.parametrize(
    ("forget", "take", "output", "closes_after"),
    [(0.9, 0.7, 0.3, 10), (1.0, 1.0, 1.0, 40), (0.0, 0.5, 0.0, 5), (0.25, 0.0, 1.0, 21)],
)
def test_the_cell_follows_its_equation(forget, take, output, closes_after):
    run = compute_cell_run(forget=forget, take=take, output=output, closes_after=closes_after)
    c = 0.0
    for t in range(40):
        offered = 0.9 if 3 <= t + 1 <= 6 else -0.8 if 20 <= t + 1 <= 22 else 0.0
        i = take if t + 1 <= closes_after else 0.0
        c = forget * c + i * offered
        assert run.candidates[t] == offered
        assert run.input_gates[t] == i
        assert run.cs[t + 1] == pytest.approx(c, abs=1e-12)
        assert run.hs[t + 1] == pytest.approx(output * np.tanh(c), abs=1e-12)


def test_the_gradients_are_those_of_finite_differences():
    T, H, seed, bias, scale = 5, 3, 4, 0.7, 1.3
    sizes = {"length": T, "hidden_size": H, "input_bias": 0.4, "output_bias": -0.6,
             "input_scale": 0.8}  # fmt: skip
    decay = compute_lstm_decay(forget_bias=bias, weight_scale=scale, every=1, **sizes)
    rng = np.random.default_rng(seed)
    W_hh = scale / np.sqrt(H) * rng.normal(size=(H, 4 * H))
    xs = 0.8 * rng.normal(size=(T, 1, H))
    b_h = np.repeat([0.4, bias, 0.0, -0.6], H)

    def run(state):
        h, c = state[None, :H], state[None, H:]
        for x in xs:
            h, c = lstm_step(x, h, c, np.tile(np.eye(H), 4), W_hh, b_h)
        return np.concatenate([h[0], c[0]])

    def run_plain(h):
        return run_rnn(xs, h[None], np.eye(H), W_hh[:, :H], np.zeros(H))[-1, 0]

    for function, size, found in ((run, 2 * H, decay.lstm), (run_plain, H, decay.rnn)):
        jacobian = [(function(1e-6 * e) - function(-1e-6 * e)) / 2e-6 for e in np.eye(size)]
        wanted = np.log10(np.linalg.norm(jacobian, 2))
        assert found.total[-1, seed] == pytest.approx(wanted, abs=1e-6)


def test_the_direct_path_is_the_product_of_the_forget_gates():
    sizes = {"length": 6, "hidden_size": 3, "seeds": 2, "every": 2}
    decay = compute_lstm_decay(forget_bias=2.0, weight_scale=0.0, **sizes)
    rng = np.random.default_rng(1)
    rng.normal(size=(3, 12))
    xs = 0.5 * rng.normal(size=(6, 3))
    f = 1 / (1 + np.exp(-(xs + 2.0)))
    assert decay.lstm.lags.tolist() == [0, 2, 4, 6]
    wanted = [np.log10(np.prod(f[6 - k :], axis=0).max()) for k in decay.lstm.lags]
    np.testing.assert_allclose(decay.lstm.direct[:, 1], wanted, atol=1e-12)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: compute_cell_run(forget=1.5), ValueError, "forget must be a finite number from 0"),
    (lambda: compute_cell_run(closes_after=41), ValueError, "closes_after must be an integer"),
    (lambda: compute_lstm_decay(weight_scale=-1), ValueError, "weight_scale must be"),
    (lambda: compute_lstm_decay(input_scale=-1), ValueError, "input_scale must be"),
    (lambda: compute_lstm_decay(input_bias=np.nan), ValueError, "input_bias must be a finite"),
    (lambda: compute_lstm_decay(output_bias="3"), TypeError, "output_bias must be a finite"),
    (lambda: compute_lstm_decay(length=0), ValueError, "length must be an integer"),
    (lambda: compute_lstm_decay(hidden_size=0), ValueError,
     "hidden_size must be an integer of at least 1, got 0"),
    (lambda: compute_lstm_decay(seeds=0.5), TypeError, "seeds must be an integer"),
    (lambda: compute_lstm_decay(every=0), ValueError, "every must be an integer"),
])  # fmt: skip
def test_what_is_wrong_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
