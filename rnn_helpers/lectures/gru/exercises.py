"""The checks of lecture 07: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import (
    Feedback,
    as_array,
    as_arrays,
    as_number,
    call,
    check,
    compare,
    right,
)
from rnn_helpers.recurrences.cells import gru_step, sigmoid, simplified_gru_step


@check
def check_keep_bias(answer: object) -> Feedback:
    """Exercise 1: the bias with σ(b)¹⁰⁰ = ½, which is 4.97."""
    bias, gate = as_number(answer), 0.5**0.01
    wanted, left = np.log(gate / (1 - gate)), sigmoid(np.array(bias)) ** 100
    mistakes = [
        (-wanted, "that gate is almost shut; here z keeps, so it has to be almost 1."),
        (abs(bias - gate) < 0.001,
         "that is the gate itself; ask which bias the sigmoid turns into it."),
        (np.log10(gate / (1 - gate)),
         "the inverse of the sigmoid has a natural logarithm, not log₁₀."),
        (np.log(1 / (np.exp(0.01) - 1)),
         "that gate keeps 1/e after 100 steps; one half is asked for."),
    ]  # fmt: skip
    hint = f"with that bias {left:.2g} is left, not 0.5."
    compare(bias, wanted, mistakes, hint, rtol=0.0, atol=0.02)
    return right("σ(4.97) is 0.9931, and 0.9931¹⁰⁰ is one half.")


@check
def check_to_takes(function: object) -> Feedback:
    """Exercise 2: the weights of a cell whose z keeps, for one whose z takes."""
    rng = np.random.default_rng(7)
    B, D, H = 4, 2, 3
    x, h = rng.normal(size=(B, D)), rng.normal(size=(B, H))
    shapes = {"W_xh": (D, 3 * H), "W_hh": (H, 3 * H), "b_xh": (3 * H,), "b_hh": (3 * H,)}
    weights = [rng.normal(size=shape) for shape in shapes.values()]
    changed = "the arrays that came in were changed: negate copies of them."
    answer = as_arrays(call(function, *weights, changed=changed), shapes)

    def negated(*blocks):
        """For each weight: whether the answer is it, with the signs of these blocks turned."""
        signs = np.repeat([-1.0 if block in blocks else 1.0 for block in "rzn"], H)
        return [np.allclose(a, w * signs, atol=1e-4) for a, w in zip(answer, weights, strict=True)]

    left = [name for name, done in zip(shapes, negated("z"), strict=True) if not done]
    mistakes = [
        (all(negated()), "nothing has changed, and the two conventions differ."),
        (all(negated(*"rzn")), "everything is negated; only the columns of z may be."),
        (all(negated("r")), "that is the block of r; the order is r, z, n."),
        (
            len(left) < 4,
            f"1 − σ(a) is σ(−a) for all of a: {', '.join(left)} "
            f"{'is' if len(left) == 1 else 'are'} not negated yet.",
        ),
    ]
    wanted = gru_step(x, h, *weights, update="keeps")
    compare(gru_step(x, h, *answer, update="takes"), wanted, mistakes,
            "the states of the two cells differ.")  # fmt: skip
    return right("the other convention gives the same states.")


@check
def check_simplified_jacobian(function: object) -> Feedback:
    """Exercise 3: ∂h_t/∂h_{t−1} of the simplified GRU, against finite differences."""
    rng = np.random.default_rng(8)
    H, nudges = 4, 1e-6 * np.eye(4)
    x, h, W_xh = np.zeros((H, 1)), rng.normal(size=H), np.zeros((1, 2 * H))
    W_hh, b_h = rng.normal(size=(H, 2 * H)), rng.normal(size=2 * H)
    W_hz, W_hn = W_hh[:, :H], W_hh[:, H:]
    z, n = sigmoid(h @ W_hz + b_h[:H]), np.tanh(h @ W_hn + b_h[H:])
    answer = as_array(call(function, h, z, n, W_hz, W_hn), (H, H), "for 4 units the Jacobian")

    def step(hs):
        return simplified_gru_step(x, hs, W_xh, W_hh, b_h)

    wanted = (step(h + nudges) - step(h - nudges)).T / 2e-6
    slope_z, slope_n = ((h - n) * z * (1 - z))[:, None], ((1 - z) * (1 - n**2))[:, None]
    keep, by_z, by_n = np.diag(z), slope_z * W_hz.T, slope_n * W_hn.T
    mistakes = [
        (wanted.T, "that is the transpose: row i holds the derivatives of unit i."),
        (keep + by_n, "z depends on h_{t−1} too: a third path leads through the gate."),
        (by_z + by_n, "the path straight on, z ⊙ h_{t−1}, is missing."),
        (keep + by_z, "the path through the candidate n is missing."),
        (keep - by_z + by_n, "z multiplies h₋₁ and takes from n: the sign of h₋₁ − n."),
        (keep + by_z + (1 - z)[:, None] * W_hn.T, "the slope of tanh, 1 − n², is missing."),
        (keep + (h - n)[:, None] * W_hz.T + by_n, "the slope of the sigmoid is missing."),
        (z + by_z + by_n, "z was added to every entry: use np.diag."),
        (keep + slope_z * W_hz + slope_n * W_hn,
         "the weights are used untransposed; the states are rows, h @ W."),
    ]  # fmt: skip
    compare(answer, wanted, mistakes, "it differs from finite differences.")
    return right("it agrees with finite differences.")


@check
def check_minimal_step(function: object) -> Feedback:
    """Exercise 4: the minimal gated unit, a GRU whose one gate resets and updates."""
    rng = np.random.default_rng(9)
    B, D, H = 3, 2, 4
    x, h = rng.normal(size=(B, D)), rng.normal(size=(B, H))
    weights = [rng.normal(size=shape) for shape in ((D, 2 * H), (H, 2 * H), (2 * H,))]
    answer = as_array(call(function, x, h, *weights), (B, H), "the state")
    W_xh, W_hh, b_h = (np.concatenate([w[..., :H], w], axis=-1) for w in weights)

    def run(reset, update):
        return gru_step(x, h, W_xh, W_hh, b_h, np.zeros(3 * H), reset=reset, update=update)

    mistakes = [
        (run("before", "keeps"), "f keeps the old state in yours; here it takes the new."),
        (simplified_gru_step(x, h, *weights, update="takes"),
         "the candidate sees all of h₋₁ in yours; it should see f ⊙ h₋₁."),
        (run("after", "takes"),
         "f stands after the product in yours; it belongs before it: (f ⊙ h₋₁) W_hn."),
    ]  # fmt: skip
    hint = "the states differ; the columns of f come first, then those of n."
    compare(answer, run("before", "takes"), mistakes, hint)
    return right("two blocks of weights, and the same gate in both places.")
