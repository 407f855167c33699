"""The streams: what enters each window, how far its gradient goes, and the stored losses."""

import numpy as np
import pytest
import torch

from rnn_helpers.data.studies import compare_paired, read_study
from rnn_helpers.display.figures import COLORS, encode_png, new_figure
from rnn_helpers.display.recording import record
from rnn_helpers.lectures.language_models.demos import streams_demo
from rnn_helpers.lectures.language_models.streams import (
    LAST_UPDATE,
    MEASURED,
    N_STREAMS,
    N_WINDOWS,
    STATES,
    TEXT,
    WINDOW,
    lay_out,
    prepare_streams,
)
from rnn_helpers.lectures.language_models.streams_plots import PARTS, describe_streams, draw_streams
from rnn_helpers.models.language_model import make_streams
from studies import carried_state
from tests.demo_bar import exercise_demo

STUDY = read_study("carried_state")
FIRST = next(iter(MEASURED))


@pytest.fixture(scope="module")
def compute():
    return prepare_streams(STUDY)


def test_the_demo_stands_the_bar():
    exercise_demo(streams_demo, moves=100).close()


def test_the_text_is_laid_out_as_the_package_does_it():
    letters = np.array(list(TEXT))
    columns = make_streams(np.arange(len(TEXT)), N_STREAMS)
    assert lay_out() == ["".join(letters[column]) for column in columns.T]
    assert len(TEXT) == N_STREAMS * N_WINDOWS * WINDOW


class Spy(torch.nn.Module):
    """Records the state that enters each window; the state that leaves names stream and update."""

    start = 99

    def __init__(self):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(1))
        self.entered, self.calls = [], 0

    def forward(self, tokens, state):
        self.entered.append(None if state is None else state.detach()[0, :, 0].tolist())
        self.calls += 1
        before = torch.zeros(1, tokens.shape[1], 1) if state is None else state
        after = torch.arange(tokens.shape[1], dtype=torch.float32)[None, :, None] + self.weight
        logits = (before[0] + self.weight).expand(*tokens.shape, 100)
        return logits, after


@pytest.mark.parametrize("state", STATES)
def test_the_sources_are_those_of_the_study_that_trained(compute, state, monkeypatch):
    """Its own loop is run on the demo's text; an update of two windows enters its second one."""
    monkeypatch.setattr(carried_state, "N_STREAMS", N_STREAMS)
    spy = Spy()
    compute_loss = carried_state.make_loss(spy, np.arange(len(TEXT)), WINDOW, state)
    for update in range(1, LAST_UPDATE + 1):
        compute_loss()
        sources = compute(update - 1, state, FIRST).sources.tolist()
        assert (spy.entered[-1] or [-1] * N_STREAMS) == sources


@pytest.mark.parametrize("state", STATES)
def test_the_gradient_reaches_as_far_as_in_the_study(compute, state, monkeypatch):
    """Of a network that hands its state on: which inputs does the loss of one update feel?"""
    monkeypatch.setattr(carried_state, "N_STREAMS", N_STREAMS)
    felt = []

    class Summing(Spy):
        def forward(self, tokens, state):
            inputs = torch.ones(tokens.shape, requires_grad=True)
            inputs.register_hook(lambda gradient: felt.append(int((gradient != 0).any(1).sum())))
            total = inputs.cumsum(0) + (0 if state is None else state[0, :, 0])
            logits = torch.stack([total, torch.zeros_like(total)], dim=-1)
            return logits, total[-1][None, :, None]

    streams = np.random.default_rng(0).integers(2, size=len(TEXT))
    compute_loss = carried_state.make_loss(Summing(), streams, WINDOW, state)
    for update in range(1, LAST_UPDATE + 1):
        felt.clear()
        compute_loss().backward()
        assert sum(felt) == WINDOW + compute(update - 1, state, FIRST).reach


@pytest.mark.parametrize("size", [(8, 5.2), (4.2, 5.8)])
def test_every_mark_of_the_losses_has_a_key_and_the_words_stay_on_the_page(compute, size):
    figure, axes = new_figure(*size, nrows=2)
    artists = draw_streams(compute(0, "detached", "T = 8, 400 updates"), axes)
    for done in range(LAST_UPDATE):
        view = compute(done, "another", "T = 8, 400 updates")
        draw_streams(view, axes, artists)
        figure.draw_without_rendering()
        place = artists["update"].get_window_extent()
        assert place.x0 >= 0
        assert place.x1 <= figure.bbox.x1
    key = axes[1].get_legend()
    seed, interval, chosen = key.legend_handles
    assert [text.get_text() for text in key.get_texts()] == ["a seed", "99 % interval", "chosen"]
    assert seed.get_color() == artists["seeds zeros"].get_color()
    assert interval.get_color() == artists["interval zeros"].get_color()
    assert chosen.get_facecolor() == artists["band"].get_facecolor()


def test_at_the_top_of_the_text_all_ways_begin_with_zeros(compute):
    for update in (1, 1 + N_WINDOWS):
        for state in STATES:
            view = compute(update - 1, state, FIRST)
            assert view.sources.tolist() == [-1] * N_STREAMS
            assert view.reach == view.column == 0


@pytest.mark.parametrize("measured", MEASURED)
def test_the_losses_are_those_of_the_stored_study(compute, measured):
    window, budget = MEASURED[measured]
    view = compute(1, "zeros", measured)
    rows = STUDY.select(window=window, budget=budget, part="held out")
    first = rows.select(state="detached")["nats"]
    assert view.nats.keys() == STATES.keys()
    for state, nats in view.nats.items():
        assert nats.tolist() == rows.select(state=state)["nats"].tolist()
        assert len(nats) == 10
    for state, gap in view.gaps.items():
        assert gap == compare_paired(view.nats[state], first)


def test_the_key_names_every_part_so_that_pointing_at_one_lights_something(compute, axes):
    draw_streams(compute(0, "zeros", FIRST), axes)
    parts = [text.get_gid() for text in axes[0].get_legend().get_texts()]
    assert parts == list(PARTS)


@pytest.fixture
def axes():
    figure, axes = new_figure(8, 5.2, nrows=2)
    yield axes
    figure.clear()


def test_the_picture_shows_where_the_state_comes_from_and_where_the_gradient_ends(compute, axes):
    artists = draw_streams(compute(2, "detached", FIRST), axes)
    left = artists["window"].get_x()

    def look(update, state):
        draw_streams(compute(update - 1, state, FIRST), axes, artists)
        ends = artists["backward"].get_xdata()
        return (
            *(artists[name].get_visible() for name in ("state", "zeros", "scissors")),
            round((artists["window"].get_x() - ends[0]) / WINDOW),
        )

    def ends_of(name):
        """Of each piece of a path: where it starts, and where it ends, (N_STREAMS, 2) each."""
        pieces = artists[name].get_path().vertices.reshape(N_STREAMS, -1, 2)
        return pieces[:, 0], pieces[:, -1]

    for state, roll in (("detached", 0), ("another", 1)):
        assert look(3, state) == (True, False, True, 0)
        start, end = ends_of("state")
        rows = artists["heads"].get_ydata()
        assert len(set(rows)) == N_STREAMS
        assert end[:, 1].tolist() == list(rows)
        assert start[:, 1].tolist() == np.roll(rows, roll).tolist()
        assert (start[:, 0] < end[:, 0]).all()  # from the window before into this one
        assert (end[:, 0] < min(artists["heads"].get_xdata())).all()
        assert max(artists["heads"].get_xdata()) < artists["window"].get_x()
        start, end = ends_of("gradient")  # the other way
        assert (start[:, 0] == artists["window"].get_x() + WINDOW).all()
        assert (end[:, 0] == artists["backward"].get_xdata()).all()
        assert (start[:, 1] == artists["backward"].get_ydata()).all()
        assert (end[:, 1] == artists["backward"].get_ydata()).all()
        assert artists["heads"].get_marker() == ">"
        assert artists["backward"].get_marker() == "<"
    assert look(3, "zeros") == (False, True, False, 0)
    assert look(3, "through") == (True, False, True, 2)  # a window and the gap before it
    assert look(2, "through")[2] is False  # the text begins there: nothing to cut
    assert look(5, "through") == (False, True, False, 0)
    assert artists["window"].get_x() < left
    assert artists["update"].get_text() == "4 updates done"


def test_a_page_gets_each_sign_once_a_stream_and_letters_under_what_moves(compute, axes):
    artists = draw_streams(compute(2, "detached", FIRST), axes)
    draw_streams(compute(0, "zeros", FIRST), axes, artists)
    figure = axes[0].figure
    for name in ("heads", "zeros", "rings", "backward", "scissors"):
        artists[name].set_visible(True)
        ((_, (data,)),) = record(figure, [artists[name]])
        assert data.count("M") == N_STREAMS
    for name in ("window", "band"):
        ((style, _),) = record(figure, [artists[name]])
        assert style["fill-opacity"] < 0.2


def test_all_is_drawn():
    demo = streams_demo()
    assert demo.text == demo.message  # no note of values that are not finite
    demo.close()


def test_the_picture_shows_every_seed_of_every_way_and_lights_the_chosen_one(compute, axes):
    artists = draw_streams(compute(2, "detached", FIRST), axes)
    lowest, highest = axes[1].get_xlim()
    for measured in MEASURED:
        for chosen in STATES:
            view = compute(2, chosen, measured)
            draw_streams(view, axes, artists)
            for row, state in enumerate(STATES):
                xs, ys = artists[f"seeds {state}"].get_data()
                assert xs.tolist() == (view.nats[state] - view.nats["detached"]).tolist()
                assert lowest < xs.min() <= xs.max() < highest
                gap = view.gaps.get(state)
                ends = artists[f"interval {state}"].get_xdata()
                assert tuple(ends) == ((gap.low, gap.high) if gap else (0, 0))
                heights = {*ys, *artists[f"interval {state}"].get_ydata()}
                band = artists["band"].get_y()
                assert all(row < y < row + 0.4 for y in heights)
                assert all(band < y < band + 1 for y in heights) == (state == chosen)
                said = f"{view.nats[state].mean():.3f}"
                if gap:
                    size = f"{'+' if gap.difference > 0 else '−'}{abs(gap.difference):.3f}"
                    said += f" ({size if gap.differs else 'no difference seen'})"
                number = artists[f"loss {state}"]
                assert number.get_text() == said
                lit = [artists[f"{name} {state}"].get_alpha() for name in ("seeds", "interval")]
                assert (lit == [0.6, 1]) == (number.get_color() == COLORS["data"])
                assert (lit == [0.6, 1]) == (state == chosen)
    assert encode_png(axes[0].figure)


def test_a_name_touches_no_tick_of_zero(compute, axes):
    draw_streams(compute(2, "detached", FIRST), axes)
    renderer = axes[0].figure.canvas.get_renderer()
    axes[0].figure.draw(renderer)
    names = [text for text in axes[1].texts if text.get_text() in STATES.values()]
    ticks = [line for line in axes[1].lines if list(line.get_xdata()) == [0, 0]][: len(STATES)]
    assert len(names) == len(ticks) == len(STATES)
    for name, tick in zip(names, ticks, strict=True):
        room = name.get_window_extent(renderer).y0 - tick.get_window_extent(renderer).y1
        assert room > 3  # pixels


def test_the_sentence_names_source_gradient_and_cost(compute):
    assert describe_streams(compute(0, "zeros", FIRST)).startswith(
        "0 of 8 updates done; the next reads window 1 of each stream. The text begins here, so "
        "the state is zeros"
    )
    sentence = describe_streams(compute(6, "through", FIRST))
    assert "window before of the same stream" in sentence
    assert "goes back to 4 characters before the window" in sentence
    sentence = describe_streams(compute(6, "another", FIRST))
    gap = compute(6, "another", FIRST).gaps["another"]
    assert "window before of another stream" in sentence
    assert f"{gap.difference:.3f} more than carried and detached" in sentence
    assert "set to zeros" in describe_streams(compute(6, "zeros", FIRST))


@pytest.mark.parametrize("measured", MEASURED)
@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("done", range(LAST_UPDATE))
def test_the_numbers_of_the_sentence_are_those_of_the_view(compute, done, state, measured):
    view = compute(done, state, measured)
    gap = view.gaps.get(state)
    costs = f"{STATES[state].capitalize()}, measured with {measured}: {view.nats[state].mean():.3f}"
    costs += " nats per character"
    if gap is not None and gap.differs:
        costs += f", {gap.difference:.3f} more than carried and detached"
    elif gap is not None:
        costs += ", no difference seen from carried and detached"
    back = (
        f"{view.reach} characters before the window"
        if view.reach
        else "the window's first character"
    )
    sentence = describe_streams(view)
    assert sentence.startswith(
        f"{done} of 8 updates done; the next reads window {view.column + 1} of each stream. The "
    )
    assert sentence.endswith(f"; the gradient goes back to {back}. {costs}.")


@pytest.mark.parametrize(("options", "message"), [
    ({"done": 8}, r"^done must be an integer from 0 to 7, got 8$"),
    ({"state": "lost"}, r"^state must be one of .*, got 'lost'$"),
    ({"measured": "once"}, r"^measured must be one of .*, got 'once'$"),
])  # fmt: skip
def test_a_wrong_setting_is_named(options, message):
    with pytest.raises(ValueError, match=message):
        streams_demo(**options)


def test_lay_out_drops_what_is_left_over():
    assert lay_out("abcdefg", n_streams=2) == ["abc", "def"]
    with pytest.raises(ValueError, match=r"^n_streams must be"):
        lay_out("ab", n_streams=3)
