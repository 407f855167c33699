"""The unrolled grid of a deep network: which cells a state needs, and how many must wait."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.validation import check_choice, check_integer

KINDS = ("one way", "both ways", "one way, plain above")
STEPS, LAYERS = 8, 4  # of the grid that is drawn


@dataclass(frozen=True)
class UnrolledGrid:
    """What one state of a deep network needs; made by `compute_unrolled_grid`.

    Attributes
    ----------
    needed : bool array (L, T)
        Entry (l − 1, t − 1) for h_t⁽ˡ⁾.
    inputs : bool array (T,)
        The inputs that reach it.
    rounds : int array (L, T)
        In which round a cell is computed if all that can be computed at once are; 0 if it is not
        needed. Both ways, when the later half is that is needed.
    layer, step : int
        l and t of the chosen state, from 1.
    """

    needed: np.ndarray
    inputs: np.ndarray
    rounds: np.ndarray
    layer: int
    step: int
    kind: str


def compute_unrolled_grid(
    layer: int = 3, step: int = 6, kind: str = "one way", *, layers: int = LAYERS,
    steps: int = STEPS,
) -> UnrolledGrid:  # fmt: skip
    """Follow the arrows back from h_t⁽ˡ⁾ and count how many cells wait for one another.

    h_t⁽ˡ⁾ needs h_t⁽ˡ⁻¹⁾ from below and h_{t−1}⁽ˡ⁾ from the left; both ways, a cell is
    the pair of both directions, and a layer needs all of the layer below; plain layers above the
    first need what is below them alone.
    `layer` and `step` are l and t, from 1; `layers` and `steps` the sizes L and T of the grid.

    Examples
    --------
    >>> [int(compute_unrolled_grid(3, 6, kind).rounds.max()) for kind in KINDS]
    [8, 22, 8]
    """
    layers = check_integer("layers", layers, minimum=1)
    steps = check_integer("steps", steps, minimum=1)
    layer = check_integer("layer", layer, minimum=1, maximum=layers)
    step = check_integer("step", step, minimum=1, maximum=steps)
    check_choice("kind", kind, KINDS)
    rows, columns = np.arange(1, layers + 1)[:, None], np.arange(1, steps + 1)
    if kind == "both ways":
        # layer by layer, T rounds each: the forward half is ready in the t-th round of its layer,
        # the backward half in the (T − t + 1)-th; of the chosen layer only the halves that lead
        # to the chosen pair are needed, forward ones before it, backward ones after it
        there, back = columns, steps + 1 - columns
        halves = np.where(columns < step, there, np.where(columns > step, back, 0))
        both = np.maximum(there, back)
        last = np.where((rows < layer) | (columns == step), both, halves)
        needed = np.broadcast_to(rows <= layer, last.shape).copy()
        rounds = np.where(needed, (rows - 1) * steps + last, 0)
        return UnrolledGrid(needed, np.ones(steps, dtype=bool), rounds, layer, step, kind)
    needed = (rows <= layer) & (columns <= step)
    if kind == "one way, plain above":
        needed &= (rows == 1) | (columns == step)
    rounds = np.where(needed, rows + columns - 1, 0)
    return UnrolledGrid(needed, columns <= step, rounds, layer, step, kind)
