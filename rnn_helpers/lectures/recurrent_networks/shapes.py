"""The shape of every tensor of torch.nn.RNN, read off the module itself."""

from dataclasses import dataclass

from rnn_helpers.validation import check_integer


@dataclass(frozen=True)
class ShapeRow:
    """One tensor: its name, its shape in letters, and the shape that it has.

    Attributes
    ----------
    name, letters : str
    shape : tuple of int
    """

    name: str
    letters: str
    shape: tuple


def compute_shapes(*, T, B, D, H, layers=1, directions=1, batch_first=False):
    """Build a `torch.nn.RNN`, run it on zeros, and read off the shapes.

    Parameters
    ----------
    T, B, D, H : int
        Steps, sequences in the batch, inputs and hidden units.
    layers : int
    directions : int, 1 or 2
    batch_first : bool

    Returns
    -------
    rows : list of ShapeRow
        Input, states and output, then the parameters of the first and of the last layer.

    Raises
    ------
    TypeError, ValueError
        A size that is no positive whole number.

    Examples
    --------
    >>> compute_shapes(T=7, B=2, D=3, H=5)[3].shape
    (1, 2, 5)
    """
    import torch

    from rnn_helpers.models.training import one_thread

    sizes = {"T": T, "B": B, "D": D, "H": H, "layers": layers}
    for name, size in sizes.items():
        check_integer(name, size, minimum=1)
    check_integer("directions", directions, minimum=1, maximum=2)
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
        letters = {
            "weight_ih": f"(H, {width})",
            "weight_hh": "(H, H)",
            "bias_ih": "(H,)",
            "bias_hh": "(H,)",
        }
        for name, shape in letters.items():
            parameter = getattr(module, f"{name}_l{layer}")
            rows.append(ShapeRow(f"{name}_l{layer}", shape, tuple(parameter.shape)))
    return rows
