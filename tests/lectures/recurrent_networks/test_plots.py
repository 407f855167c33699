"""The figures of lecture 02: each line and dot is the number that it is named after."""

from dataclasses import replace

import numpy as np
import pytest

from rnn_helpers.display.figures import new_figure
from rnn_helpers.lectures.recurrent_networks import plots
from rnn_helpers.lectures.recurrent_networks.nudge import compute_nudges
from rnn_helpers.lectures.recurrent_networks.shapes import compute_shapes
from tests.narrow_charts import check_narrow


@pytest.fixture
def shown(monkeypatch):
    """What was shown: a list of (figure, alternative text)."""
    kept = []

    def show(figure, *, alt, narrow=None):
        if narrow is not None:
            check_narrow(narrow, figure)
        kept.append((figure, alt))

    monkeypatch.setattr(plots, "show", show)
    return kept


def test_each_nudge_has_its_panel_and_its_sentence(shown):
    nudges = [compute_nudges(spectral_radius=radius) for radius in (0.5, 1.2)]
    plots.draw_three_nudges(nudges)
    figure, said = shown[0]
    for axes, nudge in zip(figure.axes, nudges, strict=True):
        line = next(line for line in axes.get_lines() if line.get_label() == "median of 20")
        seen = np.median(nudge.shares, axis=1) > 1e-11
        middle = np.median(np.log10(nudge.shares[seen]), axis=1)
        np.testing.assert_allclose(line.get_ydata()[seen], 10**middle)
        assert axes.get_title(loc="left") == f"tanh, ρ = {nudge.spectral_radius:g}"
        assert plots.describe_nudges(nudge) in said
        band = next(each for each in axes.patches if each.get_label() == "all 20")
        corners = band.get_xy()[: 2 * len(nudge.steps)]
        low, high = np.split(corners, 2)
        np.testing.assert_array_equal(low[:, 0], nudge.steps)
        np.testing.assert_allclose(low[seen, 1], nudge.shares.min(axis=1)[seen])
        np.testing.assert_allclose(high[::-1][seen, 1], nudge.shares.max(axis=1)[seen])
    last = ", ".join(f"{np.median(nudge.last_visible):g}" for nudge in nudges)
    assert f"the last that sees 1 % is step {last} (median)" in figure.get_suptitle()


@pytest.mark.parametrize("size", [(8, 4.2), (4.2, 3.6)])
def test_the_key_of_the_nudge_covers_no_curve_and_no_bar(size):
    figure, axes = new_figure(*size)
    plots.draw_nudges(compute_nudges(spectral_radius=0.1), axes)
    figure.draw_without_rendering()
    key = axes.get_legend().get_window_extent()
    assert key.y1 < axes.get_window_extent().y0
    assert key.x0 >= 0
    assert key.x1 <= figure.bbox.x1


def test_a_nudge_that_some_still_see_is_said_so():
    nudges = compute_nudges(spectral_radius=1.5)
    still = (nudges.last_visible == 60).sum()
    assert 0 < still < 20
    said = plots.describe_nudges(nudges)
    assert said.endswith(f"to 60 or later); {still} of them still see it at step 60.")
    last = np.where(np.arange(20) == 3, 60, 7)
    one = plots.describe_nudges(replace(nudges, last_visible=last))
    assert one.endswith("(7 to 60 or later); 1 of them still sees it at step 60.")
    same = plots.describe_nudges(replace(nudges, last_visible=np.full(20, 2)))
    assert same.endswith("the median of 20 networks (all the same).")
    later = np.sort(nudges.last_visible)[10] == 60
    assert ("or later, the median" in said) == later


@pytest.mark.parametrize(("activation", "radius"), [("relu", 1.6), ("sigmoid", 1.0)])
def test_each_bar_is_as_high_as_networks_stop_there(activation, radius):
    _, axes = new_figure(8, 4.2)
    artists = plots.draw_nudges(compute_nudges(), axes)
    nudges = compute_nudges(spectral_radius=radius, activation=activation)
    plots.draw_nudges(nudges, axes, artists)
    low, high = artists["last"].get_path().vertices.reshape(-1, 2, 2).transpose(1, 0, 2)
    np.testing.assert_array_equal(low[:, 0], high[:, 0])
    np.testing.assert_allclose(low[:, 1], 0.01)
    networks = np.round((np.log10(high[:, 1]) + 2) / 0.35).astype(int)
    np.testing.assert_array_equal(np.repeat(low[:, 0], networks), np.sort(nudges.last_visible))
    assert artists["still"].get_visible() == (60 in nudges.last_visible)
    tallest = networks.argmax()
    assert artists["count"].get_text() == str((nudges.last_visible == low[tallest, 0]).sum())
    np.testing.assert_allclose(artists["count"].get_position(), high[tallest])


def test_the_nudge_has_one_sign_at_its_end_and_each_line_its_name():
    _, axes = new_figure(8, 4.2)
    plots.draw_nudges(compute_nudges(activation="identity", spectral_radius=1.2), axes)
    lines = {line.get_label(): line for line in axes.get_lines()}
    assert [line.get_label() for line in axes.get_lines() if line.get_marker() == ">"] == [
        "still above 1 % at step 60"
    ]
    np.testing.assert_array_equal(lines["1 %"].get_ydata(), [0.01, 0.01])
    looks = {name: (line.get_color(), line.get_linestyle()) for name, line in lines.items()}
    assert looks["1 %"] == (plots.COLORS["relu"], ":")
    assert looks["median of 20"] == (plots.COLORS["data"], "-")
    said = {text.get_text() for text in axes.get_legend().get_texts()}
    assert said == {*lines, "all 20"}  # the band has a name, too
    (count,) = axes.texts
    assert (count.get_text(), count.get_gid()) == ("20", "last above 1 %")


def test_two_shapes_are_what_comes_out(shown):
    shapes = [compute_shapes(T=7, B=2, D=3, H=5, batch_first=b) for b in (False, True)]
    plots.draw_two_shapes(shapes)
    figure, said = shown[0]
    assert len(figure.axes) == 2
    assert figure.axes[1].get_title(loc="left").endswith("batch_first=True")
    assert "output[-1] is h_n[0]. An input of shape (2, 7, 3)" in said


def test_the_lowest_check_is_circled_and_no_trained_number_is_told(shown):
    plots.draw_training([0.9, 0.5, 0.3], {0: 0.8, 10: 0.2, 20: 0.4})
    figure, said = shown[0]
    training, validation, circle = figure.axes[0].get_lines()
    np.testing.assert_array_equal(training.get_ydata(), [0.9, 0.5, 0.3])
    np.testing.assert_array_equal(validation.get_xydata(), [[0, 0.8], [10, 0.2], [20, 0.4]])
    np.testing.assert_array_equal(circle.get_xydata(), [[10, 0.2]])
    title = figure.axes[0].get_title("left")
    assert " ".join(title.split()) == "On the validation years the loss is lowest after 10 updates"
    looks = [(line.get_label(), line.get_color(), line.get_linestyle())
             for line in (training, validation)]  # fmt: skip
    assert looks == [
        ("training years", plots.COLORS["rnn"], "--"),
        ("validation years", plots.COLORS["relu"], "-"),
    ]
    assert not any(letter.isdigit() for letter in said)


def test_every_seed_is_a_dot_and_the_live_one_a_cross(shown):
    errors = {"RNN": np.array([20.0, 22.0]), "SimplifiedGRU": np.array([19.0, 18.0])}
    plots.draw_spread(errors, lines={"AR(2)": 20.5, "AR(9)": 17.4}, live={"RNN": 21.25})
    figure, said = shown[0]
    lines = figure.axes[0].get_lines()
    np.testing.assert_array_equal(lines[0].get_xydata(), [[20, 0], [22, 0]])
    assert lines[1].get_xdata()[0] == 21.0
    assert lines[2].get_xydata().tolist() == [[21.25, 0]]
    np.testing.assert_array_equal(lines[3].get_xydata(), [[19, 1], [18, 1]])
    colors = [line.get_color() for line in lines[:5]]
    rnn, gru, live = (plots.COLORS[name] for name in ("rnn", "gru", "data"))
    assert colors == [rnn, rnn, live, gru, gru]
    assert lines[4].get_xydata().tolist() == [[18.5, 1]]
    marks = [(line.get_xdata()[0], line.get_linestyle()) for line in lines[5:]]
    assert marks == [(20.5, "--"), (17.4, "-.")]
    names = {text.get_text(): text.get_position()[0] for text in figure.axes[0].texts}
    assert names == {" AR(2)": 20.5, " AR(9)": 17.4}
    rows = [text.get_text() for text in figure.axes[0].get_yticklabels()]
    assert rows == ["RNN", "Simplified\nGRU"]
    key = [text.get_text() for text in figure.axes[0].get_legend().get_texts()]
    assert key == ["a seed", "mean", "just trained"]
    title = "Seeds of a cell differ by 1.0 to 2.0, the means of the cells by 2.5"
    assert figure.axes[0].get_title("left").strip() == title
    assert "RNN: 20.0 to 22.0, mean 21.0; SimplifiedGRU: 18.0 to 19.0, mean 18.5" in said
    assert "AR(9) at 17.4" in said
    assert "21.25" not in said
