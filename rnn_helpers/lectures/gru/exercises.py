"""The checks of lecture 07: what each accepts, and what it says to each typical mistake."""

import numpy as np

from rnn_helpers.display.feedback import Feedback, as_number, not_yet, right, try_call
from rnn_helpers.recurrences.cells import gru_step, sigmoid, simplified_gru_step


def check_keep_bias(answer):
    """Exercise 1: the bias with σ(b)¹⁰⁰ = ½, which is 4.97."""
    bias = as_number(answer)
    if isinstance(bias, Feedback):
        return bias
    gate = 0.5**0.01
    wanted = float(np.log(gate / (1 - gate)))
    if abs(bias - wanted) < 0.02:
        return right("σ(4.97) is 0.9931, and 0.9931¹⁰⁰ is one half.")
    if abs(bias + wanted) < 0.02:
        return not_yet("that gate is almost shut; here z keeps, so it has to be almost 1.")
    if abs(bias - gate) < 0.001:
        return not_yet("that is the gate itself; ask which bias the sigmoid turns into it.")
    if abs(bias - np.log10(gate / (1 - gate))) < 0.01:
        return not_yet("the inverse of the sigmoid has a natural logarithm, not log₁₀.")
    if abs(bias - np.log(1 / (np.exp(0.01) - 1))) < 0.02:
        return not_yet("that gate keeps 1/e after 100 steps; one half is asked for.")
    return not_yet(f"with that bias {float(sigmoid(np.array(bias))) ** 100:.2g} is left, not 0.5.")


def check_to_takes(function):
    """Exercise 2: the weights of a cell whose z keeps, for one whose z takes."""
    rng = np.random.default_rng(7)
    B, D, H = 4, 2, 3
    x, h = rng.normal(size=(B, D)), rng.normal(size=(B, H))
    shapes = {"W_xh": (D, 3 * H), "W_hh": (H, 3 * H), "b_xh": (3 * H,), "b_hh": (3 * H,)}
    weights = [rng.normal(size=shape) for shape in shapes.values()]
    given = [array.copy() for array in weights]
    answer = try_call(function, *given)
    if isinstance(answer, Feedback):
        return answer
    try:
        answer = [np.asarray(array, dtype=float) for array in answer]
    except (TypeError, ValueError):
        return not_yet("four arrays of numbers are expected: W_xh, W_hh, b_xh, b_hh.")
    if [array.shape for array in answer] != list(shapes.values()):
        return not_yet(
            f"four arrays of the shapes {', '.join(map(str, shapes.values()))} are expected."
        )
    if not all(np.array_equal(a, b) for a, b in zip(given, weights, strict=True)):
        return not_yet("the arrays that came in were changed: negate copies of them.")
    wanted = gru_step(x, h, *weights, update="keeps")
    if np.allclose(gru_step(x, h, *answer, update="takes"), wanted, atol=1e-12):
        return right("the other convention gives the same states.")
    if all(np.allclose(a, b) for a, b in zip(answer, weights, strict=True)):
        return not_yet("nothing has changed, and the two conventions differ.")
    if all(np.allclose(a, -b) for a, b in zip(answer, weights, strict=True)):
        return not_yet("everything is negated; only the columns of z may be.")
    if all(_is_negated(a, b, 0, H) for a, b in zip(answer, weights, strict=True)):
        return not_yet("that is the block of r; the order is r, z, n.")
    flipped = [_is_negated(a, b, H, 2 * H) for a, b in zip(answer, weights, strict=True)]
    if any(flipped):
        left = [name for name, done in zip(shapes, flipped, strict=True) if not done]
        return not_yet(f"1 − σ(a) is σ(−a) for all of a: {', '.join(left)} is not negated yet.")
    return not_yet("the states of the two cells differ.")


def _is_negated(array, original, start, stop):
    other = original.copy()
    other[..., start:stop] *= -1
    return np.allclose(array, other)


def check_simplified_jacobian(function):
    """Exercise 3: ∂h_t/∂h_{t−1} of the simplified GRU, against finite differences."""
    rng = np.random.default_rng(8)
    H, nudge = 4, 1e-6
    x, h, W_xh = np.zeros((1, 1)), rng.normal(size=H), np.zeros((1, 2 * H))
    W_hh, b_h = rng.normal(size=(H, 2 * H)), rng.normal(size=2 * H)
    W_hz, W_hn = W_hh[:, :H], W_hh[:, H:]
    z, n = sigmoid(h @ W_hz + b_h[:H]), np.tanh(h @ W_hn + b_h[H:])
    answer = try_call(function, h.copy(), z.copy(), n.copy(), W_hz.copy(), W_hn.copy())
    if isinstance(answer, Feedback):
        return answer
    try:
        answer = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return not_yet(f"an array of numbers is expected, this is {type(answer).__name__}.")
    if answer.shape != (H, H):
        return not_yet(f"for 4 units the Jacobian has shape (4, 4), yours has {answer.shape}.")

    def step(h):
        return simplified_gru_step(x, h[None], W_xh, W_hh, b_h)[0]

    wanted = np.stack(
        [(step(h + e) - step(h - e)) / (2 * nudge) for e in nudge * np.eye(H)], axis=1
    )
    if np.allclose(answer, wanted, atol=1e-7):
        return right("it agrees with finite differences.")
    if np.allclose(answer.T, wanted, atol=1e-7):
        return not_yet("that is the transpose: row i holds the derivatives of unit i.")
    keep, by_z = np.diag(z), ((h - n) * z * (1 - z))[:, None] * W_hz.T
    by_n = ((1 - z) * (1 - n**2))[:, None] * W_hn.T
    mistakes = (
        (keep + by_n, "z depends on h_{t−1} too: a third path leads through the gate."),
        (by_z + by_n, "the path straight on, z ⊙ h_{t−1}, is missing."),
        (keep + by_z, "the path through the candidate n is missing."),
        (keep - by_z + by_n, "z multiplies h₋₁ and takes from n: the sign of h₋₁ − n."),
        (keep + by_z + (1 - z)[:, None] * W_hn.T, "the slope of tanh, 1 − n², is missing."),
        (keep + (h - n)[:, None] * W_hz.T + by_n, "the slope of the sigmoid is missing."),
        (z + by_z + by_n, "z was added to every entry: use np.diag."),
        (
            keep + (by_z.T + by_n.T),
            "the weights are used untransposed; the states are rows, h @ W.",
        ),
        (
            keep + ((h - n) * z * (1 - z))[:, None] * W_hz + ((1 - z) * (1 - n**2))[:, None] * W_hn,
            "the weights are used untransposed; the states are rows, h @ W.",
        ),
    )
    for mistake, hint in mistakes:
        if np.allclose(answer, mistake, atol=1e-7):
            return not_yet(hint)
    return not_yet("it differs from finite differences.")


def check_minimal_step(function):
    """Exercise 4: the minimal gated unit, a GRU whose one gate resets and updates."""
    rng = np.random.default_rng(9)
    B, D, H = 3, 2, 4
    x, h = rng.normal(size=(B, D)), rng.normal(size=(B, H))
    W_xh, W_hh = rng.normal(size=(D, 2 * H)), rng.normal(size=(H, 2 * H))
    b_h = rng.normal(size=2 * H)
    answer = try_call(function, x.copy(), h.copy(), W_xh.copy(), W_hh.copy(), b_h.copy())
    if isinstance(answer, Feedback):
        return answer
    try:
        answer = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        return not_yet(f"an array of numbers is expected, this is {type(answer).__name__}.")
    if answer.shape != (B, H):
        return not_yet(f"the state has shape {(B, H)}, yours has {answer.shape}.")

    def run(**options):
        twice = [np.concatenate([a[..., :H], a], axis=-1) for a in (W_xh, W_hh, b_h)]
        return gru_step(x, h, *twice, np.zeros(3 * H), **options)

    if np.allclose(answer, run(reset="before", update="takes"), atol=1e-12):
        return right("two blocks of weights, and the same gate in both places.")
    mistakes = (
        (
            run(reset="before", update="keeps"),
            "f keeps the old state in yours; here it takes the new.",
        ),
        (
            simplified_gru_step(x, h, W_xh, W_hh, b_h, update="takes"),
            "the candidate sees all of h₋₁ in yours; it should see f ⊙ h₋₁.",
        ),
        (
            _reset_after(x, h, W_xh, W_hh, b_h),
            "f stands after the product in yours; it belongs before it: (f ⊙ h₋₁) W_hn.",
        ),
    )
    for mistake, hint in mistakes:
        if np.allclose(answer, mistake, atol=1e-12):
            return not_yet(hint)
    return not_yet("the states differ; the columns of f come first, then those of n.")


def _reset_after(x, h, W_xh, W_hh, b_h):
    H = h.shape[1]
    twice = [np.concatenate([a[..., :H], a], axis=-1) for a in (W_xh, W_hh, b_h)]
    return gru_step(x, h, *twice, np.zeros(3 * H), reset="after", update="takes")
