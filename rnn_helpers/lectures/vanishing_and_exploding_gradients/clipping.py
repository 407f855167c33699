"""Two ways to keep an exploding gradient from throwing the parameters away."""

import math
from collections.abc import Iterable

from array_api_compat import array_namespace, is_array_api_obj

from rnn_helpers.types import Array
from rnn_helpers.validation import check_number


def clip_by_global_norm(
    gradients: Iterable[Array], *, max_norm: float
) -> tuple[list[Array], float]:
    """Scale all gradients together so that their joint Euclidean norm is at most `max_norm`.

    g ← g · min(1, max_norm / ‖(g₁, …, g_n)‖₂): the direction is kept, the length bounded.

    Parameters
    ----------
    gradients : of any shapes
    max_norm : greater than 0, in the units of the gradient

    Returns
    -------
    clipped, norm
        In the shapes of `gradients`; the joint norm before clipping.

    Source
    ------
    Pascanu, Mikolov & Bengio (2013), arXiv:1211.5063, algorithm 1.

    Examples
    --------
    >>> import numpy as np
    >>> clipped, norm = clip_by_global_norm([np.array([3.0]), np.array([4.0])], max_norm=2.5)
    >>> norm, [g.tolist() for g in clipped]
    (5.0, [[1.5], [2.0]])
    """
    max_norm = check_number("max_norm", max_norm, exclusive_minimum=0)
    gradients = _check_gradients(gradients)
    # hypot scales before it squares, so that a huge gradient does not overflow on its way
    norm = math.hypot(*(_norm(g) for g in gradients))
    scale = min(1.0, max_norm / norm) if norm > 0 else 1.0
    return [g * scale for g in gradients], norm


def clip_by_value(gradients: Iterable[Array], *, max_value: float) -> list[Array]:
    """Cut every entry of every gradient to [−max_value, max_value]: the direction may turn.

    Source
    ------
    Mikolov (2012), Statistical language models based on neural networks, PhD thesis, Brno.

    Examples
    --------
    >>> import numpy as np
    >>> clip_by_value([np.array([3.0, -0.5])], max_value=1.0)[0].tolist()
    [1.0, -0.5]
    """
    max_value = check_number("max_value", max_value, exclusive_minimum=0)
    return [array_namespace(g).clip(g, -max_value, max_value) for g in _check_gradients(gradients)]


def _norm(array):
    xp = array_namespace(array)
    largest = float(xp.max(xp.abs(array)))
    if largest == 0:
        return 0.0
    return largest * math.sqrt(float(xp.sum((array / largest) ** 2)))


def _check_gradients(gradients):
    """The gradients as a list of floating-point arrays: whole numbers cannot be scaled."""
    gradients = list(gradients)
    if not gradients:
        raise ValueError("gradients must hold at least one array, got none")
    for i, g in enumerate(gradients):
        name = f"gradients[{i}]"
        if not is_array_api_obj(gradients[i]):
            raise TypeError(f"{name} must be an array or a tensor, got {type(g).__name__}")
        if 0 in g.shape:
            raise ValueError(f"{name} must not be empty, got shape {tuple(g.shape)}")
        xp = array_namespace(g)
        if xp.isdtype(g.dtype, ("bool", "integral")):
            gradients[i] = g = xp.astype(g, xp.float64)
        if not bool(xp.all(xp.isfinite(g))):
            raise ValueError(f"{name} must be finite, got NaN or infinity in it")
    return gradients
