"""The demos of lecture 07."""

from collections.abc import Mapping

from rnn_helpers.display.live import Live, choice, live, slider, stepper, text_box
from rnn_helpers.lectures.gru.connectivity import (
    LONGEST,
    SENTENCES,
    TextNetwork,
    load_text_networks,
    prepare_pointer,
)
from rnn_helpers.lectures.gru.connectivity_plots import (
    POINTER_PARTS,
    describe_pointed_text,
    draw_pointed_text,
)
from rnn_helpers.lectures.gru.family import FAMILY, compute_member
from rnn_helpers.lectures.gru.family_plots import PARTS as FAMILY_PARTS
from rnn_helpers.lectures.gru.family_plots import describe_member, draw_member
from rnn_helpers.lectures.gru.gates import FORMS, compute_gate_interval, compute_gru_decay
from rnn_helpers.lectures.gru.plots import (
    DECAY_PARTS,
    GATE_PARTS,
    describe_gate_interval,
    describe_gru_decay,
    draw_gate_interval,
    draw_gru_decay,
)
from rnn_helpers.lectures.gru.step import COUNT, compute_beat
from rnn_helpers.lectures.gru.step_plots import PARTS, describe_beat, draw_beat
from rnn_helpers.validation import check_choice


def gru_step_demo(*, beat: int = 1) -> Live:
    """One unit through five steps, three beats each: drawing, equations and code light together.

    The beats go from 1 to 15.
    """
    return live(
        compute_beat,
        draw_beat,
        {"beat": stepper("beat", COUNT, beat, first=1)},
        describe_beat,
        height=2.7,
        ncols=2,
        parts=PARTS,
    )


def gates_demo(
    *, first: int = 8, last: int = 40, z_inside: float = 0.95, z_outside: float = 0.5
) -> Live:
    """Give one unit's update gate another value for an interval: hold the first pulse to the end.

    Parameters
    ----------
    first, last : 1 to 40
        The first and the last step of the interval.
    z_inside, z_outside : 0 to 1
        z in the interval and outside; z keeps.
    """
    return live(
        compute_gate_interval,
        draw_gate_interval,
        {
            "first": slider("interval from step", 1, 40, 1, first),
            "last": slider("interval to step", 1, 40, 1, last),
            "z_inside": slider("z in the interval", 0.0, 1.0, 0.01, z_inside),
            "z_outside": slider("z outside", 0.0, 1.0, 0.05, z_outside),
        },
        describe_gate_interval,
        height=4.8,
        nrows=2,
        parts=GATE_PARTS,
    )


def family_demo(*, cell: int = 0, x: float = 1.0, state: float = 0.55) -> Live:
    """From the RNN to the LSTM, the GRU and the minGRU by taking away edges, with the same numbers.

    The settings are those of `compute_member`.
    """
    return live(
        compute_member,
        draw_member,
        {
            "state": slider("state before, h and c", -1.0, 1.0, 0.05, state),
            "cell": choice("cell", [(name, place) for place, name in enumerate(FAMILY)], cell),
            "x": slider("x", -3.0, 3.0, 0.1, x),
        },
        describe_member,
        height=2.6,
        ncols=2,
        parts=FAMILY_PARTS,
    )


def gated_decay_demo(
    *, keep_bias: float = 0.0, reset_bias: float = 0.0, candidate_scale: float = 1.0,
    cell: str = "GRU",
) -> Live:  # fmt: skip
    """Gradient decay in twenty GRUs beside twenty plain RNNs: find what keeps the gradient.

    Parameters
    ----------
    keep_bias, reset_bias : −3 to 6
        Of the update gate, which keeps, and of the reset gate.
    candidate_scale : 0 to 4
        Of W_hn.
    cell : {"GRU", "GRU, reset before", "SimplifiedGRU"}
    """
    return live(
        compute_gru_decay,
        draw_gru_decay,
        {
            "keep_bias": slider("keep bias", -3.0, 6.0, 0.1, keep_bias),
            "reset_bias": slider("reset bias", -3.0, 6.0, 0.1, reset_bias),
            "candidate_scale": slider("size of W_hn", 0.0, 4.0, 0.05, candidate_scale),
            "cell": choice("cell", [(name, cell) for cell, name in FORMS.items()], cell),
        },
        describe_gru_decay,
        parts=DECAY_PARTS,
    )


def connectivity_demo(
    networks: Mapping[str, TextNetwork] | None = None,
    *,
    position: int = LONGEST,
    sentence: str = "a closing bracket",
    own: str = "",
) -> Live:
    """Point at a character: how strongly each one before it moved its prediction, in each network.

    Parameters
    ----------
    networks
        By name; those of `load_text_networks` if none are given.
    position : 2 to 60
    sentence
        One of `SENTENCES`.
    own : str
        A text of the reader's, 2 to 60 characters; while it is empty, the sentence is shown.
    """
    sentence = SENTENCES[check_choice("sentence", sentence, SENTENCES)]
    options = [(f"ends at {what}", text) for what, text in SENTENCES.items()]
    return live(
        prepare_pointer(load_text_networks() if networks is None else networks),
        draw_pointed_text,
        {
            "position": slider("character", 2, LONGEST, 1, position),
            "sentence": choice("sentence", options, sentence),
            "own": text_box("your own text", own, placeholder="up to 60 characters"),
        },
        describe_pointed_text,
        height=3.2,
        parts=POINTER_PARTS,
    )
