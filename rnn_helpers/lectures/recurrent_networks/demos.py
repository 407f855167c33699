"""The demos of lecture 02."""

from rnn_helpers.display.live import Live, choice, live, slider
from rnn_helpers.lectures.recurrent_networks.nudge import compute_nudge
from rnn_helpers.lectures.recurrent_networks.plots import (
    describe_nudge,
    describe_shapes,
    draw_nudge,
    draw_shapes,
)
from rnn_helpers.lectures.recurrent_networks.shapes import compute_shapes


def nudge_demo(*, spectral_radius: float = 0.9, activation: str = "tanh", seed: int = 0) -> Live:
    """Memory of a nudge: drag the spectral radius and see how long the first input is remembered.

    The radius goes from 0.1 to 1.5, the seed from 0 to 19.
    """
    names = ["tanh", "sigmoid", "relu", "identity"]
    return live(
        compute_nudge,
        draw_nudge,
        {
            "spectral_radius": slider("spectral radius ρ", 0.1, 1.5, 0.01, spectral_radius),
            "activation": choice("activation", names, activation),
            "seed": slider("seed", 0, 19, 1, seed),
        },
        describe_nudge,
    )


def shape_demo(*, T: int = 7, batch_first: bool = False) -> Live:
    """The shape explorer: every tensor of torch.nn.RNN with the shape that torch gives it.

    T goes from 1 to 12 steps.
    """
    sizes = [(2, 3, 5), (1, 3, 5), (4, 1, 8), (32, 64, 128)]
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
        height=3.2,
    )
