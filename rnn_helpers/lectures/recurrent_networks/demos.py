"""The demos of lecture 02."""

from rnn_helpers.display.live import Live, choice, live, slider
from rnn_helpers.lectures.recurrent_networks.boxes import PARTS, describe_shapes, draw_shapes
from rnn_helpers.lectures.recurrent_networks.nudge import compute_nudges
from rnn_helpers.lectures.recurrent_networks.plots import NUDGE_PARTS, describe_nudges, draw_nudges
from rnn_helpers.lectures.recurrent_networks.shapes import compute_shapes


def nudge_demo(
    *, spectral_radius: float = 0.9, activation: str = "tanh", input_size: float = 0.5
) -> Live:
    """Memory of a nudge: drag the spectral radius and see how long twenty networks remember.

    The radius goes from 0.1 to 2.5; the inputs have size 0.05, 0.5 or 2.
    """
    names = ["tanh", "sigmoid", "relu", "identity"]
    sizes = [(f"{size:g}", size) for size in (0.05, 0.5, 2.0)]
    return live(
        compute_nudges,
        draw_nudges,
        {
            "spectral_radius": slider("spectral radius ρ", 0.1, 2.5, 0.02, spectral_radius),
            "activation": choice("activation", names, activation),
            "input_size": choice("size of the inputs", sizes, input_size),
        },
        describe_nudges,
        parts=NUDGE_PARTS,
    )


def shape_demo(*, T: int = 7, batch_first: bool = False) -> Live:
    """The shape explorer: the tensors of torch.nn.RNN as boxes, with the shapes that torch gives.

    T goes from 1 to 12 steps.
    """
    sizes = [(2, 3, 5), (1, 3, 5), (4, 1, 8), (8, 16, 32)]
    stacks = [(layers, ways) for ways in (1, 2) for layers in (1, 2, 3)]

    def compute(T, sizes, stack, batch_first):
        (B, D, H), (layers, directions) = sizes, stack
        return compute_shapes(
            T=T, B=B, D=D, H=H, layers=layers, directions=directions, batch_first=batch_first
        )

    return live(
        compute,
        draw_shapes,
        {
            "T": slider("steps T", 1, 12, 1, T),
            "sizes": choice(
                "B, D, H", [(f"{B}, {D}, {H}", (B, D, H)) for B, D, H in sizes], sizes[0]
            ),
            "stack": choice(
                "layers",
                [(f"{n}, {'one way' if w == 1 else 'both ways'}", (n, w)) for n, w in stacks],
                stacks[0],
            ),
            "batch_first": choice("batch_first", [("False", False), ("True", True)], batch_first),
        },
        describe_shapes,
        ncols=2,
        parts=PARTS,
    )
