"""How much of a nudge reaches one state of a deep network: the gradient by depth and time."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from rnn_helpers.lectures.bidirectional_and_deep.unrolled import (
    KINDS,
    LAYERS,
    STEPS,
    UnrolledGrid,
    compute_unrolled_grid,
)
from rnn_helpers.recurrences.cells import rnn_step
from rnn_helpers.validation import check_choice

SIZE, SEEDS = 16, 20  # units of a direction, and networks


@dataclass(frozen=True)
class Reach:
    """What a state needs, and how much of a nudge anywhere reaches it; by `compute_reach`.

    A share is √(‖J‖² / n), with J the derivative of the chosen state by n numbers: what arrives,
    root mean square, of a nudge of length 1 in a random direction. All are geometric means over
    the seeds, NaN where there is no path.

    Attributes
    ----------
    cells : float array (2, L, T)
        Of a nudge to the state of each direction; one way, the second is empty.
    inputs : float array (T,)
    sideways : float array (2, L, T)
        What goes from the cell to the one read before it in its direction, along that arrow.
    down : float array (L, T)
        What goes from the cell to what lies below it.
    below : Reach or None
        The same of the state one layer below, at the same step; None of the first layer.
    """

    grid: UnrolledGrid
    cells: np.ndarray
    inputs: np.ndarray
    sideways: np.ndarray
    down: np.ndarray
    below: "Reach | None" = None


@lru_cache(maxsize=256)  # every setting of the demo, named as it names them
def compute_reach(step: int = 6, layer: int = 3, kind: str = "one way") -> Reach:
    """Go back from h_t⁽ˡ⁾ through tanh layers of 16 units as torch starts them, twenty seeds.

    Both ways, the chosen state is the pair of both directions. Inputs are standard normal.

    Examples
    --------
    >>> reach = compute_reach(6, 3)
    >>> float(reach.cells[0, 2, 5].round(3)), bool(reach.inputs[0] < reach.inputs[5])
    (1.0, True)
    """
    grid = compute_unrolled_grid(layer, step, kind)
    networks, states = _run(kind)
    ways = 2 if kind == "both ways" else 1
    found = np.zeros((2, LAYERS + 1, STEPS, SEEDS, ways * SIZE, SIZE))  # layer 0: the inputs
    for way in range(ways):
        found[way, layer, step - 1, :, way * SIZE : (way + 1) * SIZE] = np.eye(SIZE)
    sideways, down = np.zeros((2, LAYERS, STEPS, SEEDS)), np.zeros((LAYERS, STEPS, SEEDS))
    for depth in range(layer, 0, -1):
        passed_down = np.zeros((STEPS, SEEDS, ways * SIZE, networks[0][depth - 1][0].shape[1]))
        for way in range(ways):
            W_xh, W_hh, _ = networks[way][depth - 1]
            for t in range(STEPS)[:: 2 * way - 1]:  # against the direction of reading
                local = found[way, depth, t] * (1 - states[way, depth, t] ** 2)[:, None]
                before = t + 2 * way - 1
                if W_hh is not None and 0 <= before < STEPS:
                    passed = local @ W_hh.swapaxes(1, 2)
                    found[way, depth, before] += passed
                    sideways[way, depth - 1, t] = _square(passed)
            local = found[way, depth] * (1 - states[way, depth] ** 2)[:, :, None]
            passed_down += local @ W_xh.swapaxes(1, 2)
        down[depth - 1] = _square(passed_down)
        parts = passed_down.reshape(STEPS, SEEDS, ways * SIZE, -1, SIZE)
        found[: parts.shape[3], depth - 1] = parts.transpose(3, 0, 1, 2, 4)
    shares = _average(_square(found))
    below = compute_reach(step=step, layer=layer - 1, kind=kind) if layer > 1 else None
    return Reach(grid, shares[:, 1:], shares[0, 0], _average(sideways), _average(down), below)


def _square(jacobians):
    """The mean square of what arrives of a nudge of length 1, of Jacobians (…, m, n)."""
    return (jacobians**2).sum(axis=(-2, -1)) / jacobians.shape[-1]


def _average(squares):
    """The geometric mean of the roots over the seeds, the last axis; NaN where nothing arrives."""
    with np.errstate(divide="ignore"):
        means = np.exp(0.5 * np.log(squares).mean(axis=-1))
    return np.where(means > 0, means, np.nan)


@lru_cache
def _run(kind):
    """The weights of each direction and layer, (S, …) each, and all states."""
    check_choice("kind", kind, KINDS)
    rng, ways = np.random.default_rng(0), 2 if kind == "both ways" else 1
    states = np.zeros((2, LAYERS + 1, STEPS, SEEDS, SIZE))
    states[0, 0] = rng.normal(size=(STEPS, SEEDS, SIZE))
    networks = [[], []]
    below = states[0, 0]
    for depth in range(1, LAYERS + 1):
        for way in range(ways):
            shapes = (below.shape[2], SIZE), (SIZE, SIZE), (2, SIZE)
            W_xh, W_hh, b = (
                rng.uniform(-1, 1, (SEEDS, *shape)) / np.sqrt(SIZE) for shape in shapes
            )
            plain = depth > 1 and kind == "one way, plain above"
            networks[way].append((W_xh, None if plain else W_hh, b.sum(axis=1)))
            for s in range(SEEDS):
                h = np.zeros((1, SIZE))
                for t in range(STEPS)[:: 1 - 2 * way]:
                    before = np.zeros((1, SIZE)) if plain else h
                    h = rnn_step(below[t, s][None], before, W_xh[s], W_hh[s], b[s].sum(axis=0))
                    states[way, depth, t, s] = h[0]
        below = np.concatenate(states[:ways, depth], axis=2) if ways == 2 else states[0, depth]
    return networks, states
