"""Two decoders drawn side by side: one has a single vector of the text, one all annotations."""

from numpy.typing import ArrayLike

from rnn_helpers.display.diagrams import Diagram
from rnn_helpers.display.figures import new_figure, show
from rnn_helpers.validation import check_array


def draw_two_decoders(scores: ArrayLike, weights: ArrayLike, context: ArrayLike) -> None:
    """Show what a step of the decoder has of three characters: one vector, or all annotations.

    `scores` and `weights` (3,) and `context` (2,) are those of the step that is drawn on the right.
    """
    numbers = {f"e{j}": v for j, v in enumerate(check_array("scores", scores, shape=(3,)))}
    numbers |= {f"a{j}": v for j, v in enumerate(check_array("weights", weights, shape=(3,)))}
    numbers |= {f"c{j}": v for j, v in enumerate(check_array("context", context, shape=(2,)))}
    figure, panels = new_figure(9, 4.6, ncols=2)
    for axes, attends in zip(panels, (False, True), strict=True):
        diagram = Diagram(axes, 6.4, 5.9)
        _draw_encoder_and_decoder(diagram)
        (_draw_weights if attends else _draw_one_vector)(diagram)
        diagram.move(numbers if attends else {})
        title = (
            "With attention each step weighs them all" if attends else "One vector is all there is"
        )
        axes.set_title(title, loc="left")
    said = ", ".join(f"{numbers[f'a{j}']:.2f}" for j in range(3))
    show(
        figure,
        alt="An encoder reads three characters, in both directions, and a decoder writes, in two "
        "drawings. Left, the last state of each direction goes into a box “one vector”, from which "
        "the decoder starts and which goes into every answer. Right, the second state of the "
        "decoder meets each annotation in a score; from there a line leads to a sum, as wide as "
        f"the weight, {said}, and the sum goes into the answer of this step.",
    )


_PLACES = (1.0, 3.0, 5.0)  # of the characters, and of the steps of the decoder


def _draw_encoder_and_decoder(diagram):
    for j, x in enumerate(_PLACES):
        diagram.text("characters", x, 0.15, f"$x_{j + 1}$")
        diagram.line("characters", [(x, 0.35), (x, 0.75)])
        diagram.layer("encoder", x, 1.0, f"$h_{j + 1}$")
        diagram.layer("decoder", x, 4.25, f"$s_{j + 1}$")
        diagram.line("decoder", [(x, 4.5), (x, 4.9)])
        diagram.layer("answer", x, 5.15, f"$\\hat{{y}}_{j + 1}$", width=0.9)
        diagram.line("answer", [(x, 5.4), (x, 5.8)])
        if j:
            diagram.line("encoder", [(x - 1.69, 1.1), (x - 0.31, 1.1)])
            diagram.line("encoder", [(x - 0.31, 0.9), (x - 1.69, 0.9)])
            diagram.line("decoder", [(x - 1.69, 4.25), (x - 0.31, 4.25)])


def _draw_one_vector(diagram):
    left, middle, right = _PLACES
    diagram.layer("one vector", middle, 2.3, "one vector", width=1.5)
    for x, side in ((left, -1), (right, 1)):  # where the passes end
        diagram.line("one vector", [(x, 1.25), (x, 2.3), (middle + 0.75 * side, 2.3)])
    start = [
        (middle - 0.5, 2.55),
        (middle - 0.5, 3.2),
        (0.3, 3.2),
        (0.3, 4.25),
        (left - 0.31, 4.25),
    ]
    diagram.line("one vector", start)
    diagram.text("one vector", 0.58, 3.65, "$s_0$")
    for j, x in enumerate(_PLACES):
        _draw_context(diagram, "one vector", 2.55, x)
        if j:
            diagram.fork("one vector", (middle, x - 1.35)[j - 1], 3.4)


def _draw_weights(diagram):
    middle = _PLACES[1]
    diagram.line("scores", [(middle - 0.15, 4.0), (middle - 0.15, 3.55), (0.3, 3.55), (0.3, 1.65),
                            (_PLACES[0] - 0.18, 1.65)])  # fmt: skip
    diagram.fork("scores", 0.3, 2.05)
    for j, x in enumerate(_PLACES):
        diagram.line("scores", [(x, 1.25), (x, 1.47)])
        diagram.operation("scores", x, 1.65, "", radius=0.18)
        diagram.fork("scores", x, 1.65)
        diagram.number("scores", x + 0.26, 1.65, value=f"e{j}", form="score {:.0f}", ha="left")
        if j:
            bend = x - 0.6
            start = 0.3 if j == 1 else _PLACES[1] - 0.6
            diagram.line("scores", [(start, 2.05), (bend, 2.05), (bend, 1.65), (x - 0.18, 1.65)])
        ends = [(x, 1.83), (x, 2.75), (middle + 0.21 * (j - 1), 2.75)]
        ends = [(x, 1.83), (x, 2.54)] if j == 1 else ends
        diagram.line("weights", ends, value=f"a{j}")
        place = x + 0.14
        diagram.number("weights", place, 2.33, value=f"a{j}", form="weight {:.2f}", ha="left")
    diagram.fork("scores", middle - 0.6, 2.05)
    diagram.operation("context", middle, 2.75, "+")
    _draw_context(diagram, "context", 2.96, middle)
    for k, form in enumerate(("c = ({:.2f},", "{:.2f})")):
        diagram.number("context", middle + 0.8 + 1.05 * k, 3.2, value=f"c{k}", form=form, ha="left")


def _draw_context(diagram, part, start, x):
    """From the middle, past the state of the step at `x`, into its answer."""
    ends = [(x + 0.65, 3.4), (x + 0.65, 5.15), (x + 0.45, 5.15)]
    diagram.line(part, [(_PLACES[1], start), (_PLACES[1], 3.4), *ends])
