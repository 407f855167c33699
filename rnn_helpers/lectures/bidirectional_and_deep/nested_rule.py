"""A task that asks for depth: a rule applied to what another rule makes of the input, in NumPy."""

from dataclasses import dataclass

import numpy as np

from rnn_helpers.validation import check_integer, check_rng

SYMBOLS = 6
FIRST = 2  # the first step whose target is decided by the input alone


@dataclass(frozen=True)
class NestedRuleBatch:
    """Sequences of symbols and what the two rules make of them; made by `make_nested_rule_batch`.

    Attributes
    ----------
    inputs : int array (T, B)
        x, 0 to `SYMBOLS` − 1.
    targets : int array (T, B)
        y, of the same kind; the first `FIRST` steps lack their past and are not to be scored.
    """

    inputs: np.ndarray
    targets: np.ndarray


def make_rules(*, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two tables f and g, (`SYMBOLS`, `SYMBOLS`): every row is a permutation of the symbols.

    Examples
    --------
    >>> f, g = make_rules()
    >>> f.shape, np.sort(f, axis=1)[0].tolist()
    ((6, 6), [0, 1, 2, 3, 4, 5])
    """
    rng = np.random.default_rng(check_integer("seed", seed, minimum=0))
    rows = np.tile(np.arange(SYMBOLS), (SYMBOLS, 1))
    return rng.permuted(rows, axis=1), rng.permuted(rows, axis=1)


def make_nested_rule_batch(
    steps: int, batch_size: int, *, rng: np.random.Generator
) -> NestedRuleBatch:
    """z_t = f(x_t, x_{t−1}), and the target is y_t = g(z_t, z_{t−1}).

    Three symbols decide a target. Always to answer the same symbol is right one time in six.
    `rng` draws the inputs; the rules are always those of seed 0.

    Examples
    --------
    >>> make_nested_rule_batch(5, 2, rng=np.random.default_rng(1)).targets.shape
    (5, 2)
    """
    steps = check_integer("steps", steps, minimum=FIRST + 1)
    batch_size = check_integer("batch_size", batch_size, minimum=1)
    inputs = targets = check_rng(rng).integers(SYMBOLS, size=(steps, batch_size))
    for table in make_rules():
        targets = table[targets, np.concatenate([targets[:1], targets[:-1]])]
    return NestedRuleBatch(inputs, targets)
