"""The pictures of lecture 05, and what is said of them."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.patches import Polygon, Rectangle

from rnn_helpers.display.figures import COLORS, STYLES, encode_png, new_figure
from rnn_helpers.lectures.vanishing_and_exploding_gradients import plots
from rnn_helpers.lectures.vanishing_and_exploding_gradients.cliff import compute_descent
from rnn_helpers.lectures.vanishing_and_exploding_gradients.factors import find_factors
from rnn_helpers.lectures.vanishing_and_exploding_gradients.plots import (
    describe_carried,
    describe_descent,
    draw_carried,
    draw_descent,
    format_size,
)
from rnn_helpers.recurrences.carried import compute_carried


@pytest.mark.parametrize(("log_size", "words"), [
    (-np.inf, "exactly 0"), (0.0, "1"), (-1.5, "0.0316"), (2.5, "316"), (-7.5, "3.16 × 10⁻⁸"),
    (20.13, "1.35 × 10²⁰"), (-4.0001, "0.0001"), (3.0, "1,000"),
])  # fmt: skip
def test_a_size_in_words(log_size, words):
    assert format_size(log_size) == words


def test_the_counts_and_what_a_step_multiplies_by_in_words():
    carried = compute_carried(activation="identity", spectral_radius=2.0, kind="orthogonal",
                              length=10, networks=3)  # fmt: skip
    assert describe_carried(carried) == (
        "identity, ρ = 2.00, orthogonal W_hh, inputs of 0.5: the gradient explodes in 3 of 3 "
        "networks. In the network in the middle of the 3 each step back multiplies it by 2 "
        "(geometric mean): the slope of identity by 1, W_hh by 2. Over 10 steps that is "
        "1,020, for the nudge as well."
    )
    one = replace(carried, counts={"vanishes": 1, "holds": 0, "explodes": 2})
    assert "the gradient vanishes in 1 of 3 networks, explodes in 2." in describe_carried(one)
    spoilt = carried.meeting.copy()
    spoilt[0] -= 1.0  # each side is read where it ends
    assert "that is 102, for the nudge 1,020." in describe_carried(replace(carried, meeting=spoilt))


def test_each_factor_is_that_of_the_network_in_the_middle():
    carried = compute_carried(spectral_radius=1.4, length=50)
    middle = np.argsort(carried.ends)[9]
    assert abs(np.diff(carried.slopes[:, [0, middle]].mean(axis=0))) > 0.01  # not that of seed 0
    step, slope = 10 ** (carried.ends[middle] / 50), 10 ** carried.slopes[:, middle].mean()
    assert slope < step < 1 < step / slope  # the slope undoes what W_hh gives
    assert (
        f"multiplies it by {step:.3g} (geometric mean): the slope of tanh by {slope:.3g}, W_hh by "
        f"{step / slope:.3g}. Over 50 steps that is {format_size(carried.ends[middle])}, for"
    ) in describe_carried(carried)


def test_where_nothing_comes_through_no_factor_is_told():
    carried = compute_carried(activation="relu", spectral_radius=0.0, length=5, networks=3)
    assert describe_carried(carried).endswith(
        "In the network in the middle of the 3 nothing comes through: the units on the way are off."
    )


def test_the_explorer_draws_each_line_under_its_own_name():
    figure, (axes, lower) = new_figure(8, 6.2, nrows=2)
    carried = compute_carried(activation="relu", spectral_radius=1.6, length=50)
    artists = draw_carried(carried, (axes, lower))
    lines = {line.get_label(): line for line in axes.get_lines()}
    middle = np.argsort(carried.ends, kind="stable")[9]
    for name, values, color, style in (
        ("nudge u of h₀, forward", carried.forward, COLORS["data"], "-"),
        ("gradient v of h_T, back", carried.back, COLORS["accent"], "--"),
    ):
        np.testing.assert_allclose(
            lines[name].get_xydata(), np.c_[np.arange(51), 10 ** values[:, middle]]
        )
        assert (lines[name].get_color(), lines[name].get_linestyle()) == (color, style)
    np.testing.assert_allclose(lines["ρᵗ"].get_ydata(), 1.6 ** np.arange(51))
    assert (lines["ρᵗ"].get_color(), lines["ρᵗ"].get_linestyle()) == (COLORS["bound"], ":")
    strong, faint = artists["middle"], artists["meeting"]
    np.testing.assert_allclose(strong.get_ydata(), 10 ** carried.meeting[:, middle])
    assert strong.get_linewidth() > 2 * faint.get_linewidth()
    assert (faint.get_alpha() or 1) < (strong.get_alpha() or 1)
    assert max(strong.get_zorder(), faint.get_zorder()) < artists["forward"].get_zorder()
    key = axes.get_legend()
    looks = dict(zip([text.get_text() for text in key.texts], key.legend_handles, strict=True))
    assert list(looks) == [
        "nudge u of h₀, forward", "gradient v of h_T, back", "ρᵗ", "nudge times gradient at t",
        "the same, other networks", "bands: all 20 networks",
    ]  # fmt: skip
    assert key.get_title().get_text() == "Thick: the middle network"
    for name, artist in (("nudge times gradient at t", strong),
                         ("the same, other networks", faint)):  # fmt: skip
        entry = looks[name]
        assert (entry.get_linewidth(), entry.get_alpha()) == (
            artist.get_linewidth(), artist.get_alpha()
        )  # fmt: skip
    patches = {patch.get_facecolor() for patch in key.findobj(Rectangle)}
    assert patches == {artists[f"{way} band"].get_facecolor() for way in ("forward", "back")}
    (band,) = (patch for patch in axes.patches if type(patch) is Rectangle)
    np.testing.assert_allclose([band.get_y(), band.get_y() + band.get_height()], [0.01, 100])
    assert {patch.get_gid() for patch in (band, *axes.texts[:3])} == {"holds"}
    encode_png(figure)


@pytest.mark.parametrize(("activation", "radius", "mark"), [
    ("identity", 2.5, "above"), ("sigmoid", 1.0, "below"), ("tanh", 1.6, "on"),
])  # fmt: skip
def test_what_ends_beyond_the_axis_has_a_triangle_at_its_edge(activation, radius, mark):
    _, axes = new_figure(8, 6.2, nrows=2)
    artists = draw_carried(compute_carried(length=50), axes)
    carried = compute_carried(activation=activation, spectral_radius=radius, length=50)
    draw_carried(carried, axes, artists)
    assert artists["ends"].get_marker() == {"above": "^", "below": "v", "on": "o"}[mark]
    wanted = np.clip(carried.meeting[[0, -1], np.argsort(carried.ends)[9]], -12, 12)
    np.testing.assert_allclose(np.log10(artists["ends"].get_ydata()), wanted)
    for name in ("above", "below"):
        said, y = artists[name], {"above": 1, "below": 0}[name]
        assert (said.get_visible(), said.get_position()[1]) == (name == mark, y)
        assert said.get_text() == "off the\nscale"


@pytest.mark.parametrize(("max_norm", "sentence"), [
    (0.1, "θ = 0.1: without clipping, the longest move is 372 (a gradient of norm 745), and "
     "the descent is off the map after the last update, where its loss is flat. Clipped, "
     "the longest move is 0.05, and it stays on the map."),
    (3.2, "θ = 3.2: without clipping, the longest move is 372 (a gradient of norm 745), and "
     "the descent is off the map after the last update, where its loss is flat. Clipped, "
     "the longest move is 1.6, and it leaves the map and comes back."),
    (1000.0, "θ = 1000: the largest gradient has norm 745, none reaches θ, and the two paths "
     "are one. It is off the map after the last update, where its loss is flat."),
])  # fmt: skip
def test_the_descent_in_words(max_norm, sentence):
    descent = compute_descent(max_norm=max_norm, learning_rate=0.5, start=(5.5, -2.0))
    assert describe_descent(descent) == sentence


@pytest.mark.parametrize(("max_norm", "rate", "end"), [
    (0.01, 0.5, "Clipped, the longest move is 0.005, and it is still on its way after 60 updates: "
     "its loss has fallen from {:.3g} to {:.3g}."),
    (0.1, 0.05, "the two paths are one. It is still on its way after 60 updates: its loss has "
     "fallen from {:.3g} to {:.3g}."),
])  # fmt: skip
def test_a_descent_that_has_not_arrived_is_said_so(max_norm, rate, end):
    descent = compute_descent(max_norm=max_norm, learning_rate=rate, start=(5.5, -2.0))
    losses = descent.clipped_losses
    assert losses[-1] == losses.min() > 0.03  # down all the way, and far from 0
    assert describe_descent(descent).endswith(end.format(losses[0], losses[-1]))


def test_a_descent_that_has_come_to_the_bottom_is_not_called_on_its_way():
    descent = compute_descent(max_norm=0.01, learning_rate=0.5, start=(4.5, -2.0))
    assert descent.clipped_losses[-1] < 0.01 * descent.clipped_losses[0]
    assert describe_descent(descent).endswith("and it stays on the map.")


def test_a_descent_that_falls_to_the_last_and_ever_less_is_not_called_on_its_way():
    descent = compute_descent(max_norm=0.1, learning_rate=0.05, start=(4.5, -2.0))
    drops = -np.diff(descent.clipped_losses)
    assert drops.min() > 0
    assert drops[-1] < 1e-6 * drops.mean()
    assert describe_descent(descent).endswith("and it stays on the map.")


def test_a_descent_that_is_off_the_map_and_may_come_back_is_not_called_lost():
    descent = compute_descent(max_norm=3.0, learning_rate=0.5, start=(4.5, -2.0))
    assert describe_descent(descent).endswith("is off the map after the last update, still moving.")


def test_each_descent_is_drawn_with_its_own_losses_from_its_own_start():
    figure, axes = new_figure(8, 3, ncols=2)
    artists = None
    for start in ((5.5, -2.0), (4.8, -2.2)):
        descent = compute_descent(max_norm=0.1, learning_rate=0.5, start=start)
        artists = draw_descent(descent, axes, artists)
        assert np.abs(descent.plain_losses - descent.clipped_losses).max() > 0.01
        for name in ("plain", "clipped"):
            path = artists[f"{name} path"].get_xydata()
            np.testing.assert_array_equal(path, getattr(descent, name))
            updates, losses = artists[f"{name} loss"].get_data()
            np.testing.assert_array_equal(updates, np.arange(61))
            np.testing.assert_array_equal(losses, getattr(descent, f"{name}_losses"))
            np.testing.assert_array_equal(artists[f"{name} halo"].get_xydata(), path)
        np.testing.assert_array_equal(artists["start"].get_xydata(), [start])
        np.testing.assert_array_equal(
            artists["start loss"].get_xydata(), [[0, descent.plain_losses[0]]]
        )
    for name, color, style, label in (
        ("plain", COLORS["relu"], "--", "without clipping"),
        ("clipped", COLORS["tanh"], "-", "clipped at θ"),
    ):
        path, loss = artists[f"{name} path"], artists[f"{name} loss"]
        assert {line.get_color() for line in (path, loss)} == {color}
        assert {line.get_linestyle() for line in (path, loss)} == {style}
        assert loss.get_label() == loss.get_gid() == label
    for where in ("path", "loss"):  # where the two are one: dashes on a broad line
        under, over = artists[f"clipped {where}"], artists[f"plain {where}"]
        assert under.get_linewidth() > 2 * over.get_linewidth()
        assert under.get_zorder() == over.get_zorder()
        lines = under.axes.get_lines()
        assert lines.index(under) < lines.index(over)
    for name in ("plain", "clipped"):
        assert artists[f"{name} halo"].get_gid() == artists[f"{name} path"].get_gid()
        assert artists[f"{name} halo"].get_zorder() < artists["clipped path"].get_zorder()
    keys = [text.get_text() for text in axes[1].get_legend().get_texts()]
    assert keys == ["clipped at θ", "without clipping", "start of both"]
    assert {artists[name].get_gid() for name in ("start", "start loss")} == {"start of both"}
    assert [bar.get_ylabel() for bar in figure.axes].count("loss") == 2
    encode_png(figure)


@pytest.fixture
def shown(monkeypatch):
    """What was shown: a list of (figure, alternative text)."""
    kept = []
    monkeypatch.setattr(plots, "show", lambda figure, *, alt, **_: kept.append((figure, alt)))
    return kept


def look_of(line):
    return line.get_label(), line.get_color(), line.get_linestyle()


def test_the_powers_are_drawn_and_told_under_their_names(shown):
    norms = {"first": np.array([1.0, 3.0, 0.5]), "second": np.array([1.0, 2.0, 4.0])}
    plots.draw_power_norms(norms)
    figure, said = shown[0]
    first, second = figure.axes[0].get_lines()
    assert look_of(first) == ("first", COLORS["tanh"], "-")
    assert look_of(second) == ("second", COLORS["relu"], "--")
    for line, wanted in zip((first, second), norms.values(), strict=True):
        np.testing.assert_array_equal(line.get_xydata(), np.c_[np.arange(3), wanted])
    assert "first: largest 3 at k = 1, last 0.5; second: largest 4 at k = 2, last 4." in said


def test_each_median_has_the_panel_of_its_matrix_and_the_look_of_its_activation(shown):
    curves = {
        (name, kind): np.array([[0.0, a - 9], [0.0, a], [0.0, a - 1.0]])
        for a, (name, kind) in enumerate(
            [(n, k) for n in ("tanh", "relu") for k in ("gaussian", "orthogonal")], start=-8
        )
    }
    plots.draw_decays_by_kind(curves)
    figure, said = shown[0]
    for axes, kind in zip(figure.axes, ("gaussian", "orthogonal"), strict=True):
        assert axes.get_title(loc="left") == f"{kind.capitalize()} W_hh, ρ = 1"
        for line, name in zip(axes.get_lines(), ("tanh", "relu"), strict=True):
            assert look_of(line) == (name, COLORS[name], STYLES[name])
            wanted = np.median(curves[name, kind], axis=0)
            np.testing.assert_array_equal(line.get_ydata(), wanted)
            assert f"{name}, {kind}: {wanted[-1]:.0f}" in said


def test_the_networks_that_learned_and_the_gradient_of_a_sentence(shown):
    counts = {"rate 0.003": [20, 10], "rate 0.01": [19, 12]}
    plots.draw_learned_by_distance((5, 30), counts, total=20)
    plots.draw_sentence_gradient([1e-3, 1e-2, 1.0])
    (learned, said), (sentence, _) = shown
    for line, (name, row) in zip(learned.axes[0].get_lines(), counts.items(), strict=True):
        assert line.get_label() == name
        np.testing.assert_array_equal(line.get_xydata(), np.c_[(5, 30), row])
    assert "rate 0.003: 20 at 5, 10 at 30; rate 0.01: 19 at 5, 12 at 30." in said
    (line,) = sentence.axes[0].get_lines()
    np.testing.assert_array_equal(line.get_xydata(), [[1, 1e-3], [2, 1e-2], [3, 1.0]])


def test_three_settings_have_their_counts_and_their_sentences(shown):
    results = [
        compute_carried(activation=name, spectral_radius=1.6, length=9, networks=4)
        for name in ("tanh", "relu", "identity")
    ]
    plots.draw_three_carried(results)
    figure, said = shown[0]
    for axes, carried in zip(figure.axes[:3], results, strict=True):
        counts = carried.counts
        assert axes.get_title(loc="left") == (
            f"{carried.activation}: {counts['vanishes']} vanish, {counts['holds']} hold, "
            f"{counts['explodes']} explode"
        )
        forward = max(axes.get_lines(), key=lambda line: line.get_zorder() == 2.2)
        middle = np.argsort(carried.ends, kind="stable")[1]
        np.testing.assert_allclose(forward.get_ydata(), 10 ** carried.forward[:, middle], rtol=1e-9)
        assert describe_carried(carried) in said
    names = [text for axes in figure.axes for text in axes.texts if text.get_gid() == "holds"]
    assert {text.axes for text in names} == {figure.axes[2]}
    assert len(names) == 3
    for axes, carried in zip(figure.axes[3:], results, strict=True):
        assert axes.get_title(loc="left") == f"{carried.activation}: one step back"
        (bars,) = (patch for patch in axes.patches if patch.get_label() == "W_hh")
        factors, ends = find_factors(carried), bars.get_path().vertices.reshape(-1, 5, 2)[:, 1, 1]
        wanted = [factors["slope × W_hh"][part].mean() for part in (slice(5), slice(5, 9))]
        np.testing.assert_allclose(np.log10(ends), wanted)
    (key,) = figure.legends
    entries = [text.get_text() for text in key.texts]
    assert entries[3:6] == ["nudge times gradient at t", "the same, other networks", ""]
    assert entries[6:] == ["slope", "W_hh", "slope × W_hh"]  # a column of their own
    for axes in figure.axes[:3]:  # where lines lie on lines: no bands, and each network's line
        bands = [patch for patch in axes.patches if type(patch) is Polygon and patch.get_visible()]
        (lines,) = (patch for patch in axes.patches if patch.get_gid() == "product")
        assert (bands, lines.get_visible()) == ([], True)


def test_up_to_1_66_the_slope_takes_more_than_W_hh_gives_from_1_04_on():
    # what the lecture says of the network in the middle, at every ρ of the slider between
    for radius in np.arange(100, 173, 2) / 100:
        carried = compute_carried(spectral_radius=radius, length=50)
        middle = np.argsort(carried.ends, kind="stable")[9]
        gives = carried.ends[middle] / 50 - carried.slopes[:, middle].mean()
        assert (gives > 0) == (radius >= 1.04), radius
        if abs(radius - 1.68) > 0.001:  # there it is 1 to three digits
            assert (carried.ends[middle] > 0) == (radius > 1.68), radius
