"""The shape of every tensor of torch.nn.RNN, read off the module itself."""

from dataclasses import dataclass
from functools import lru_cache

from rnn_helpers.validation import check_choice, check_integer


@dataclass(frozen=True)
class ShapeRow:
    """One tensor: its name, its shape in letters, and the shape that it has."""

    name: str
    letters: str
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Same:
    """Numbers that stand in `output` and in `h_n`: those of one direction at one step."""

    step: int
    """Of `output`, from 0."""
    direction: int
    """0 for the forward half of the last axis, 1 for the backward half."""
    state: int
    """The entry of `h_n`."""


@dataclass(frozen=True)
class Shapes:
    """Every tensor of one torch.nn.RNN, and what `output` shares with `h_n`."""

    rows: tuple[ShapeRow, ...]
    same: tuple[Same, ...]
    sizes: dict[str, int]
    """By letter: T, B, D, H, layers, directions."""
    batch_first: bool


def compute_shapes(
    *, T: int, B: int, D: int, H: int, layers: int = 1, directions: int = 1,
    batch_first: bool = False,
) -> Shapes:  # fmt: skip
    """Build a `torch.nn.RNN`, run it, read off the shapes, and look for `h_n` in `output`.

    Input, states and output come first, then the parameters of the first and of the last layer.
    Weights and inputs are random, so that two blocks of numbers are equal only if they are one.

    Examples
    --------
    >>> shapes = compute_shapes(T=7, B=2, D=3, H=5, directions=2)
    >>> shapes.rows[3].shape
    (2, 2, 5)
    >>> [(same.step, same.direction, same.state) for same in shapes.same]
    [(6, 0, 0), (0, 1, 1)]
    """
    for name, size in {"T": T, "B": B, "D": D, "H": H, "layers": layers}.items():
        check_integer(name, size, minimum=1)
    check_integer("directions", directions, minimum=1, maximum=2)
    check_choice("batch_first", batch_first, (False, True))
    return _read_off(T, B, D, H, layers, directions, batch_first)


@lru_cache(maxsize=1024)
def _read_off(T, B, D, H, layers, directions, batch_first):
    import torch

    from rnn_helpers.models.training import one_thread

    with torch.random.fork_rng(devices=[]), torch.no_grad(), one_thread():
        torch.manual_seed(0)
        module = torch.nn.RNN(D, H, layers, batch_first=batch_first, bidirectional=directions == 2)
        x = torch.randn((B, T, D) if batch_first else (T, B, D))
        h_0 = torch.zeros(layers * directions, B, H)
        output, h_n = module(x, h_0)
        by_step = (output.transpose(0, 1) if batch_first else output).unflatten(2, (directions, H))
        # (states, T, directions): is every number of the one in the other?
        equal = (h_n[:, None, :, None] == by_step).all(dim=-1).all(dim=2)
    same = [Same(*place) for place in equal.permute(1, 2, 0).nonzero().tolist()]
    order = "B, T, " if batch_first else "T, B, "
    rows = [
        ShapeRow("input", f"({order}D)", tuple(x.shape)),
        ShapeRow("h_0", "(layers·directions, B, H)", tuple(h_0.shape)),
        ShapeRow("output", f"({order}directions·H)", tuple(output.shape)),
        ShapeRow("h_n", "(layers·directions, B, H)", tuple(h_n.shape)),
    ]
    for layer in sorted({0, layers - 1}):
        width = "D" if layer == 0 else "directions·H"
        letters = {"weight_ih": f"(H, {width})", "weight_hh": "(H, H)"}
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh"):
            shape = tuple(getattr(module, f"{name}_l{layer}").shape)
            rows.append(ShapeRow(f"{name}_l{layer}", letters.get(name, "(H,)"), shape))
    sizes = {"T": T, "B": B, "D": D, "H": H, "layers": layers, "directions": directions}
    return Shapes(tuple(rows), tuple(sorted(same, key=lambda s: s.direction)), sizes, batch_first)
