"""A nudge carried forward and a gradient carried back, through many random plain networks at once.

Both are carried by the same matrices, the Jacobians of the steps: a nudge u becomes J u, and a
gradient v becomes Jᵀ v.
"""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.recurrences.cells import Activation, get_activation
from rnn_helpers.recurrences.jacobians import make_recurrent_weights, name_verdict, rescale
from rnn_helpers.validation import check_integer, check_number

NETWORKS = 20
"""How many random networks a picture shows: those of the seeds 0 … 19."""


def make_networks(
    *, spectral_radius: float, hidden_size: int, kind: str = "gaussian", networks: int = NETWORKS
) -> np.ndarray:
    """The recurrent weights (S, H, H) of S random networks, of the seeds 0 … S − 1."""
    count = check_integer("networks", networks, minimum=1)
    return np.stack([
        make_recurrent_weights(hidden_size, spectral_radius=spectral_radius, seed=seed, kind=kind)
        for seed in range(count)
    ])  # fmt: skip


def run_networks(xs: np.ndarray, W_hh: np.ndarray, *, activation: str | Activation) -> np.ndarray:
    """S networks side by side, each with weights of its own, from the state 0.

    h_t = φ(x_t + h_{t−1} W_hh): the inputs enter unit by unit, so that only W_hh decides.

    Parameters
    ----------
    xs, W_hh : (T, S, B, H), (S, H, H)

    Returns
    -------
    hs : (T+1, S, B, H)
    """
    function = get_activation(activation).function
    hs = np.zeros((len(xs) + 1, *xs.shape[1:]))
    for t, x in enumerate(xs):
        hs[t + 1] = function(x + hs[t] @ W_hh)
    return hs


@dataclass(frozen=True)
class Carried:
    """What S random networks carry, forward and back; made by `compute_carried`.

    With P = ∂h_T/∂h_0 = J_T ⋯ J_1, u is the nudge of length 1 that P lengthens most, and v the
    direction in which it arrives. All sizes are log₁₀, −inf where nothing is left.

    Attributes
    ----------
    forward : (T+1, S)
        log₁₀ ‖J_t ⋯ J_1 u‖₂: the nudge of h_0 as it stands in h_t.
    back : (T+1, S)
        log₁₀ ‖(J_T ⋯ J_{t+1})ᵀ v‖₂: the gradient of v · h_T with respect to h_t.
    meeting : (T+1, S)
        log₁₀ of their inner product at step t: v · (P u) at T, (Pᵀ v) · u at 0.
    ends : (S,)
        log₁₀ ‖P‖₂.
    slopes : (T, S)
        log₁₀ of the factor by which the slopes of the activation lengthen the gradient on its way
        back through step t + 1; W_hh makes the rest of it, back[t] − back[t + 1] − slopes[t].
    counts : dict
        How many networks vanish, hold and explode, by their `ends`.
    activation, kind : str
    spectral_radius, input_scale : float
    """

    forward: np.ndarray
    back: np.ndarray
    meeting: np.ndarray
    ends: np.ndarray
    slopes: np.ndarray
    counts: dict[str, int]
    activation: str
    spectral_radius: float
    kind: str
    input_scale: float


def compute_carried(
    *, spectral_radius: float = 0.9, activation: str | Activation = "tanh",
    input_scale: float = 0.5, kind: str = "gaussian", length: int = 60, hidden_size: int = 16,
    networks: int = NETWORKS,
) -> Carried:  # fmt: skip
    """Carry a nudge forward and a gradient back through random plain networks, step by step.

    Weights and inputs are those of `compute_gradient_decay` of lecture 05 at the same seeds: the
    inputs are normal with standard deviation `input_scale`, the biases 0, the first state 0.

    Examples
    --------
    >>> compute_carried(spectral_radius=2.5, activation="identity").counts
    {'vanishes': 0, 'holds': 0, 'explodes': 20}
    """
    activation = get_activation(activation)
    T = check_integer("length", length, minimum=1)
    H = check_integer("hidden_size", hidden_size, minimum=1)
    scale = check_number("input_scale", input_scale, minimum=0)
    W_hh = make_networks(
        spectral_radius=spectral_radius, hidden_size=H, kind=kind, networks=networks
    )
    xs = scale * _make_inputs(len(W_hh), T, H)
    hs = run_networks(xs[:, :, None], W_hh, activation=activation)
    slopes = activation.derivative(xs + (hs[:-1] @ W_hh)[:, :, 0])  # (T, S, H)
    jacobians = slopes[..., None] * W_hh.transpose(0, 2, 1)
    product, exponents = _multiply(jacobians)
    values, vectors = np.linalg.eigh(product @ product.transpose(0, 2, 1))
    v = vectors[:, :, -1]
    u, lengths = _normalise((v[:, None] @ product)[:, 0])
    u = np.where(lengths[:, None] > 0, u, v)  # where P is 0, one is as good as another
    us, forward = carry(jacobians, u)
    vs, back = carry(jacobians.transpose(0, 1, 3, 2)[::-1], v)
    vs, back = vs[::-1], back[::-1]
    with np.errstate(divide="ignore"):
        meeting = np.log10(np.abs((us * vs).sum(axis=2))) + forward + back
        ends = 0.5 * np.log10(np.maximum(values[:, -1], 0)) + np.log10(2.0) * exponents
        shortened = np.linalg.norm(slopes * vs[1:], axis=2)  # Jᵀ = W diag(φ′)
        by_slopes = np.log10(shortened)
    verdicts = [name_verdict(end) for end in ends]
    counts = {word: verdicts.count(word) for word in ("vanishes", "holds", "explodes")}
    return Carried(
        forward, back, meeting, ends, by_slopes, counts, activation.name, float(spectral_radius),
        kind, scale,
    )  # fmt: skip


def carry(matrices: np.ndarray, start: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The vectors M_t ⋯ M_1 s: their directions (T+1, S, H), and log₁₀ of their lengths (T+1, S).

    All are rescaled every eight steps, so that neither 10⁻¹⁰⁰⁰ nor 10¹⁰⁰⁰ is lost.

    Parameters
    ----------
    matrices, start : (T, S, H, H), (S, H)
    """
    vectors = np.zeros((len(matrices) + 1, *start.shape, 1))
    vectors[0, :, :, 0] = start
    taken = np.zeros((len(matrices) + 1, len(start)))  # log₁₀ of what was divided away before
    for t, matrix in enumerate(matrices):
        taken[t + 1] = taken[t]
        if t % 8 == 0:
            unit, lengths = _normalise(vectors[t, :, :, 0])
            taken[t + 1] += np.log10(np.where(lengths > 0, lengths, 1.0))
            np.matmul(matrix, unit[:, :, None], out=vectors[t + 1])
        else:
            np.matmul(matrix, vectors[t], out=vectors[t + 1])
    directions, lengths = _normalise(vectors[:, :, :, 0])
    with np.errstate(divide="ignore"):
        return directions, taken + np.log10(lengths)


def _normalise(vectors):
    """The vectors of length 1, and the lengths that they had; 0 stays 0."""
    lengths = np.sqrt((vectors**2).sum(axis=-1))
    return vectors / np.where(lengths > 0, lengths, 1.0)[..., None], lengths


def _multiply(matrices):
    """M_T ⋯ M_1 of (T, S, H, H), with the powers of 2 taken out: pairs, then pairs of pairs."""
    products, exponents = matrices, np.zeros(matrices.shape[:2], int)
    level = 0
    while len(products) > 1 or not level:
        if len(products) % 2:
            last = np.broadcast_to(np.eye(products.shape[-1]), products[:1].shape)
            products = np.concatenate([products, last])
            exponents = np.concatenate([exponents, np.zeros_like(exponents[:1])])
        products, exponents = products[1::2] @ products[::2], exponents[1::2] + exponents[::2]
        level += 1
        if level % 2 == 0 or len(products) == 1:  # four at a time are far from any overflow
            products, grown = rescale(products)
            exponents = exponents + grown
    return products[0], exponents[0]


_kept: dict[tuple[int, int, int], np.ndarray] = {}


def _make_inputs(networks, length, hidden_size):
    """Normal inputs (T, S, H), the same for the same sizes: those of the seeds of lecture 05."""
    key = (networks, length, hidden_size)
    if key not in _kept:
        draws = [
            np.random.default_rng([seed, 1]).normal(size=(length, hidden_size))
            for seed in range(networks)
        ]
        _kept[key] = np.stack(draws, axis=1)
    return _kept[key]
