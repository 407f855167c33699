"""The shape of every tensor of torch.nn.RNN, read off the module itself."""

from dataclasses import dataclass

from rnn_helpers.validation import check_choice, check_integer


@dataclass(frozen=True)
class ShapeRow:
    """One tensor: its name, its shape in letters, and the shape that it has."""

    name: str
    letters: str
    shape: tuple[int, ...]


def compute_shapes(
    *, T: int, B: int, D: int, H: int, layers: int = 1, directions: int = 1,
    batch_first: bool = False,
) -> list[ShapeRow]:  # fmt: skip
    """Build a `torch.nn.RNN`, run it on zeros, and read off the shapes.

    Input, states and output come first, then the parameters of the first and of the last layer.

    Examples
    --------
    >>> compute_shapes(T=7, B=2, D=3, H=5)[3].shape
    (1, 2, 5)
    """
    import torch

    from rnn_helpers.models.training import one_thread

    for name, size in {"T": T, "B": B, "D": D, "H": H, "layers": layers}.items():
        check_integer(name, size, minimum=1)
    check_integer("directions", directions, minimum=1, maximum=2)
    check_choice("batch_first", batch_first, (False, True))
    module = torch.nn.RNN(D, H, layers, batch_first=batch_first, bidirectional=directions == 2)
    x = torch.zeros((B, T, D) if batch_first else (T, B, D))
    h_0 = torch.zeros(layers * directions, B, H)
    with torch.no_grad(), one_thread():
        output, h_n = module(x, h_0)
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
    return rows
