"""The demos of lecture 07: the numbers behind the pictures, and the words above them."""

import numpy as np
import pytest
from matplotlib.patches import PathPatch

from rnn_helpers.display.figures import new_figure
from rnn_helpers.display.handles import find_handles
from rnn_helpers.display.layouts import Layout, make_narrow
from rnn_helpers.display.recording import UNITS
from rnn_helpers.lectures.gru.connectivity_plots import draw_pointed_text
from rnn_helpers.lectures.gru.demos import (
    connectivity_demo,
    gated_decay_demo,
    gates_demo,
    gru_step_demo,
)
from rnn_helpers.lectures.gru.gates import FORMS, compute_gate_interval, compute_gru_decay
from rnn_helpers.lectures.gru.plots import draw_gate_interval
from rnn_helpers.lectures.gru.step import BEATS, COUNT, STEPS, compute_beat
from rnn_helpers.recurrences.cells import gru_step
from tests.mistakes import expect_refusals, set_to


def test_the_unit_on_screen_is_the_unit_computed():
    demo = gates_demo()
    for settings in (
        {"last": 9, "first": 3, "z_inside": 0.25, "z_outside": 0.9},
        {"last": 2, "first": 3, "z_inside": 0.0, "z_outside": 1.0},
    ):
        run = compute_gate_interval(**settings)
        artists = set_to(demo, **settings).artists
        np.testing.assert_array_equal(artists["h"].get_ydata(), run.hs)
        np.testing.assert_array_equal(artists["end"].get_ydata(), run.hs[-1:])
        np.testing.assert_array_equal(artists["z"].get_ydata(), run.zs)
        assert artists["h"].get_xdata()[0] == 0  # the state before the first step
        assert artists["z"].get_xdata()[0] == 1
        assert artists["z"].get_drawstyle() == "steps-mid"  # z of a step, around that step
        for part in ("open", "open below"):
            assert artists[part].get_x() == 2.5
            assert artists[part].get_width() == max(0, settings["last"] - 2)
    demo.close()


def test_what_comes_in_and_what_is_offered_is_what_the_unit_gets():
    run = compute_gate_interval()
    axes, below = new_figure(8, 5, nrows=2)[1]
    draw_gate_interval(run, (axes, below))
    bars = [bar for bar in axes.patches if bar.get_gid() == "input"]
    assert [bar.get_height() for bar in bars] == list(run.xs)
    assert [bar.get_x() + bar.get_width() / 2 for bar in bars] == pytest.approx(range(1, 41))
    (candidates,) = [line for line in axes.lines if line.get_gid() == "candidate"]
    assert list(candidates.get_xdata()) == list(range(1, 41))
    assert list(candidates.get_ydata()) == list(run.candidates)
    dotted = [line.get_ydata()[0] for line in axes.lines if line.get_linestyle() == ":"]
    assert dotted == [0.5, -0.5]
    words = {line.get_gid(): line.get_label() for line in axes.lines if line.get_gid()}
    assert words["candidate"] == "candidate n"
    assert {line.get_gid() for line in below.lines} == {"update gate"}


def test_the_gradients_on_screen_are_those_computed():
    settings = {"keep_bias": 2.0, "reset_bias": 1.0, "candidate_scale": 0.5}
    demo = gated_decay_demo()
    for cell in FORMS:
        artists = set_to(demo, cell=cell, **settings).artists
        decay = compute_gru_decay(cell=cell, **settings)
        for part, logs in (
            ("total", decay.gated.total), ("direct", decay.gated.direct), ("rnn", decay.rnn.total)
        ):  # fmt: skip
            lags, drawn = artists[part].get_data()
            np.testing.assert_array_equal(lags, range(0, 101, 10))
            wanted = np.clip(np.median(logs, axis=1), -36, 36)
            np.testing.assert_allclose(np.log10(drawn), wanted, atol=1e-9)
    demo.close()


def test_a_text_on_screen_is_what_was_computed():
    demo = set_to(connectivity_demo(), position=30, own="for name in (names of the class):")
    pointed = demo.result
    for number, (name, shares) in enumerate(pointed.shares.items()):
        bars = demo.artists[f"{name} bars"].get_path().vertices
        tops = bars[1:][: 2 * len(shares) : 2, 1]
        heights = (bars[:, 1].max() - tops) / 36.0 * 0.5
        np.testing.assert_allclose(heights, np.minimum(shares, 0.5), atol=1e-9)
        tinted = sum(_count_cells(demo.artists[f"{name} tint {level}"]) for level in range(3))
        assert tinted == (shares >= 0.01).sum()
        head = demo.artists[f"{name} head"].get_text()
        assert head == (
            f"gives “s” {pointed.probabilities[name]:.2f}; "
            f"90 % of the influence comes from the last {pointed.backs[name]}"
        )
        assert demo.artists[f"{name} line 0"].get_text() == pointed.text
        x, y = demo.artists["pointer"].get_path().vertices[5 * number + 1]
        assert x == 29
        assert y > 0
    reaches = sum(pointed.backs.values())
    assert _count_cells(demo.artists["reach"]) == reaches
    strokes = demo.artists["reach"].get_path().vertices[1:].reshape(3, -1, 2)
    for number, (name, stroke) in enumerate(zip(pointed.shares, strokes, strict=True)):
        assert set(stroke[:, 0]) == {29 - pointed.backs[name], 29}  # up to the pointer
        pointer = demo.artists["pointer"].get_path().vertices[5 * number + 1 :][:4]
        assert 0 < stroke[:, 1].min() - pointer[:, 1].max() < 10  # below its own letters
    assert _count_cells(demo.artists["later"]) == 3 * 3  # what stands behind, in each
    covered = demo.artists["later"].get_path().vertices[1:, 1]
    assert covered.max() > demo.artists["pointer"].get_path().vertices[:, 1].max()  # a "y" as well
    demo.close()


def _count_cells(patch):
    boxes = patch.get_path().vertices[1:].reshape(-1, 5, 2)
    return sum(box[:, 0].max() - box[:, 0].min() for box in boxes)


def test_a_phone_shows_the_text_in_two_lines():
    demo = set_to(connectivity_demo(), position=60)
    layout = make_narrow(draw_pointed_text, demo.result, height=3.2)
    lines = [layout.artists[f"GRU line {k}"].get_text() for k in range(2)]
    assert "".join(lines) == demo.result.text
    low = layout.artists["later"].axes.get_ylim()[0]
    for part, patch in layout.artists.items():
        if isinstance(patch, PathPatch):
            assert patch.get_path().vertices[:, 1].max() < low, part
            assert patch.get_path().vertices[:, 0].max() <= 30, part
    shares = demo.result.shares["RNN"]
    bars = layout.artists["RNN bars"].get_path().vertices
    assert len(bars) == 1 + 2 * len(shares) + 2 * 3  # two lines, each with its ends and its start
    demo.close()


@pytest.mark.parametrize(
    "make", [make_narrow, lambda *args, **size: Layout(*args, width=8, **size)]
)
def test_a_press_on_the_key_sets_no_character(make):
    demo = connectivity_demo()
    layout = make(draw_pointed_text, demo.result, height=3.2)
    handles = find_handles(layout.figure, {"position": range(2, 61)})
    assert len(handles) == 3
    bottom = layout.figure.bbox.height
    key = [text.get_window_extent() for text in layout.artists["reach"].axes.texts
           if text.get_text() in ("share of the influence", "90 % of it", "predicted")]  # fmt: skip
    assert len(key) == 3
    for handle in handles:
        left, top, width, height = np.array(handle["region"]) / UNITS
        points = np.array(handle["points"]) / UNITS
        assert ((points > [left, top]) & (points < [left + width, top + height])).all()
        assert all(top + height < bottom - box.y1 for box in key)
    demo.close()


def test_a_text_that_no_network_has_read_is_named_on_the_picture():
    demo = connectivity_demo()
    demo.controls["own"].value = "한글"
    assert "no network has ever read 한 글" in str(demo.error)
    demo.controls["own"].value = "no Korean"
    assert demo.error is None
    assert demo.result.text == "no Korean"
    demo.close()


@pytest.mark.parametrize("beat", range(1, COUNT + 1))
def test_a_beat_shows_the_packages_numbers(beat):
    demo = set_to(gru_step_demo(), beat=beat)
    values = demo.result.values
    step, name = divmod(beat - 1, 3)
    assert demo.text.startswith(f"Beat {beat} of 15, step {step + 1}, {BEATS[name]}: ")
    read = demo.artists["cell"].read()
    assert set(read) == set(values)
    for name, numbers in read.items():
        np.testing.assert_allclose(numbers, values[name], atol=0.006)
    demo.close()


def test_the_beats_are_one_run_of_the_cell():
    rng = np.random.default_rng(8749)
    W_xh, W_hh = rng.normal(size=(1, 3)), rng.normal(size=(1, 3))
    h = rng.uniform(-1, 1, size=(1, 1))
    for step, x in enumerate(rng.normal(size=(STEPS, 1, 1))):
        assert np.isnan(compute_beat(3 * step + 2).values["h"])
        values = compute_beat(3 * step + 3).values
        assert values["h_before"] == pytest.approx(h.item(), abs=1e-12)
        h = gru_step(x, h, W_xh, W_hh, np.zeros(3), np.zeros(3))
        assert values["h"] == pytest.approx(h.item(), abs=1e-12)
        assert values["kept"] + values["taken"] == pytest.approx(h.item(), abs=1e-12)


@pytest.mark.parametrize(("make", "settings", "words"), [
    (gates_demo, {}, "z is 0.95 from step 8 to step 40, else 0.50. h is 0.83 after the first"),
    (gates_demo, {}, "0.11 at the end, between the dotted lines: neither is held."),
    (gates_demo, {"z_inside": 1.0}, "0.83 at the end: the first pulse is held, not the second."),
    (gates_demo, {"z_inside": 0.5, "z_outside": 1.0, "first": 23}, "at the end, between the"),
    (gates_demo, {"z_inside": 0.5, "z_outside": 1.0, "first": 23, "last": 24},
     "the second pulse is held, not the first."),
    (gates_demo, {"first": 20, "last": 3}, "z is 0.50 throughout"),
    (gates_demo, {"z_inside": 0.5, "z_outside": 1.0, "first": 23, "last": 24},
     "and −0.74 at the end"),
    (gated_decay_demo, {"keep_bias": 0}, "Torch's GRU, keep bias 0.0, reset bias 0.0, W_hn"),
    (gated_decay_demo, {"keep_bias": 0}, "networks it vanishes in 20"),
    (gated_decay_demo, {"keep_bias": -3, "reset_bias": -2.5}, "keep bias −3.0, reset bias −2.5"),
    (gated_decay_demo, {"keep_bias": 6}, "networks it holds in 20"),
    (gated_decay_demo, {"cell": "SimplifiedGRU"},
     "no reset gate, so that the reset bias does nothing, W_hn"),
    (connectivity_demo, {"position": 60}, "The prediction of “)”, character 60, after “(insertion"),
    (connectivity_demo, {"position": 60}, "Here the GRU reaches farthest back."),
    (connectivity_demo, {"position": 60},
     "Reach is not quality: losses on the text held out RNN 1.62, GRU 1.50, LSTM 1.48."),
    (connectivity_demo, {"own": "ab"}, "Here all reach equally far back"),
    (connectivity_demo, {"own": "ab"}, "character 2, the last of this text, after “a”"),
])  # fmt: skip
def test_what_is_shown_is_said(make, settings, words):
    demo = set_to(make(), **settings)
    assert words in demo.message
    assert "-0.00" not in demo.message
    demo.close()


test_a_wrong_setting_is_called_what_the_caller_calls_it = expect_refusals([
    (gru_step_demo, "beat", 16), (gates_demo, "last", 41), (gates_demo, "first", 0),
    (gates_demo, "z_inside", -1),
    (gates_demo, "z_outside", 2), (gated_decay_demo, "keep_bias", 7),
    (gated_decay_demo, "reset_bias", -4), (gated_decay_demo, "candidate_scale", 5),
    (gated_decay_demo, "cell", "LSTM"),
    (connectivity_demo, "position", 61), (connectivity_demo, "sentence", "a verse"),
])  # fmt: skip
