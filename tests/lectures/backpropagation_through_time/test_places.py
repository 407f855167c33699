"""Where the drawings of lecture 04 write what, and what their keys and axes say of it."""

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import PathPatch
from matplotlib.text import Text

from rnn_helpers.display.figures import new_figure
from rnn_helpers.lectures.backpropagation_through_time import plots
from rnn_helpers.lectures.backpropagation_through_time.demos import sweep_demo, truncation_demo
from rnn_helpers.lectures.backpropagation_through_time.recall import compute_truncation_bias
from rnn_helpers.lectures.backpropagation_through_time.sweep import LOSSES, T, compute_sweep
from rnn_helpers.lectures.backpropagation_through_time.sweep_plots import PARTS
from rnn_helpers.lectures.backpropagation_through_time.truncation import compute_truncation


def _find_texts(diagram, part):
    return [each for each in diagram.get_children()
            if isinstance(each, Text) and each.get_gid() == part]  # fmt: skip


def _read(text):
    return float(text.get_text().lstrip("×+").replace("−", "-"))


def _place_states(demo):
    """The x of h₀ … h₆."""
    texts = _find_texts(demo.artists["forward"], "state")
    return [text.get_position()[0] for text in sorted(texts, key=lambda text: text.get_text())]


@pytest.mark.parametrize("w", [0.9, -1.2])
def test_every_number_of_the_sweep_stands_at_its_step(w):
    demo = sweep_demo(done=T, k=2, loss=LOSSES[0], w=w)
    sweep, places = compute_sweep(done=T, k=2, loss=LOSSES[0], w=w), _place_states(demo)
    assert len(places) == T + 1
    factors = {
        text.get_position()[0]: _read(text)
        for text in _find_texts(demo.artists["forward"], "w")
        if text.get_text() != "w"
    }
    for t in range(1, T + 1):
        back, here = demo.artists[f"back {t}"], places[t]
        (added,) = _find_texts(back, "added")
        after = places[t + 1] if t < T else np.inf
        assert here < added.get_position()[0] < after
        assert _read(added) == pytest.approx(sweep.added[t], abs=0.005)
        if t < T:  # between step t and the one that hands back
            (handed,) = _find_texts(back, "handed back")
            assert here < handed.get_position()[0] < after
            assert here < demo.artists[f"cut {t}"].get_position()[0] < after
            (factor,) = (factor for x, factor in factors.items() if here < x < after)
            assert factor == pytest.approx(w * (1 - sweep.hs[t + 1] ** 2), abs=0.005)
    demo.close()


@pytest.mark.parametrize("k", [2, T])
def test_the_band_lies_under_the_step_that_is_computed_and_the_dotted_line_needs_a_cut(k):
    demo = sweep_demo(k=k)
    band, whole = demo.artists["now"], demo.artists["whole"]
    places = np.array(_place_states(demo))
    assert not band.get_visible()
    assert not whole.get_visible()
    for done in range(1, T + 1):
        demo.controls["done"].value = done
        under = (places > band.get_x()) & (places < band.get_x() + band.get_width())
        assert np.flatnonzero(under).tolist() == [T + 1 - done]
        assert band.get_visible()
        assert whole.get_visible() == demo.artists["whole now"].get_visible() == (k < T)
    demo.close()


def test_the_key_of_the_sweep_looks_as_what_it_names():
    demo = sweep_demo(done=T, k=1, loss=LOSSES[0], w=-1.2)
    key = demo.figure.axes[0].get_legend()
    looks = {
        text.get_text(): look for text, look in zip(key.texts, key.legend_handles, strict=True)
    }
    for name, bar in (("adds to dw", "more"), ("takes from dw", "less")):
        assert demo.artists[bar].get_visible()
        assert looks[name].get_facecolor() == demo.artists[bar].get_facecolor()
    dashes = [line for line in key.findobj(Line2D) if line.get_linestyle() == "--"]
    ways = {"state": demo.artists["forward"], "added": demo.artists["back 6"]}
    negative = {
        to_hex(artist.get_edgecolor())
        for part, diagram in ways.items()
        for artist in diagram.get_children()
        if artist.get_gid() == part and type(artist) is PathPatch
        and artist.get_linestyle() not in ("-", "solid")
    }  # fmt: skip
    assert {to_hex(line.get_color()) for line in dashes} == negative
    assert len(negative) == 2  # forward and back have each their own
    low, high = sorted(line.get_ydata()[0] for line in dashes)
    assert high - low > dashes[0].get_linewidth()  # one above the other
    assert looks["wider: larger"].get_linestyle() == "-"
    assert looks["wider: larger"].get_linewidth() > max(line.get_linewidth() for line in dashes)
    demo.close()


def test_what_a_loss_asks_and_what_a_step_hands_back_are_not_confused():
    assert "loss" in PARTS["asked"]
    assert "state before" in PARTS["handed back"]
    assert "share of all pairs" in plots.TRUNCATION_PARTS["pairs lost"]
    assert "its length" in plots.TRUNCATION_PARTS["gradient off by"]


def test_the_triangle_has_states_across_and_losses_down():
    demo = truncation_demo(k=7)
    triangle, cost = demo.figure.axes[:2]
    assert triangle.get_xlabel() == "state of step s"
    assert triangle.get_ylabel() == "loss of step t"
    (left, right), (bottom, top) = triangle.get_xlim(), triangle.get_ylim()
    assert left < right
    assert bottom > top  # the first loss is the uppermost row
    assert set(demo.artists["edge"].get_xdata()) == {7}
    write = cost.yaxis.get_major_formatter()
    assert [write(value).split()[0] for value in (0.2, 1.0)] == ["20", "100"]
    assert cost.get_xlabel() == "cut every k steps"
    demo.close()


def test_the_two_keys_of_the_triangle_have_its_shades():
    demo = truncation_demo(k=7)
    run, axes = compute_truncation(k=7), demo.figure.axes[0]
    pairs = np.ma.filled(demo.artists["pairs"].get_array(), np.nan).reshape(40, 40)
    keys = {key.get_title(): key for key in axes.child_axes}
    assert keys.keys() == {"kept", "lost"}
    for name, kept in (("kept", True), ("lost", False)):
        (bar,) = keys[name].collections
        shades, edges = bar.get_array().ravel(), bar.get_coordinates()[:, 0, 1]
        powers = (edges[1:] + edges[:-1]) / 2
        inside = np.tri(40, dtype=bool) & (run.kept == kept)
        inside &= (run.sizes > 1e-5) & (run.sizes < 9)
        drawn = np.interp(np.log10(run.sizes[inside]), powers, shades)
        np.testing.assert_allclose(drawn, pairs[inside], atol=0.02)
    ticks, labels = keys["lost"].get_yticks(), keys["lost"].get_yticklabels()
    said = {label.get_text(): tick for tick, label in zip(ticks, labels, strict=True)}
    assert said == {"$10^{-6}$": -6, "$10^{-3}$": -3, "1": 0}
    demo.close()


@pytest.fixture
def shown(monkeypatch):
    found = []
    monkeypatch.setattr(plots, "show", lambda figure, *, alt, **_: found.append((figure, alt)))
    return found


def test_the_figures_say_the_setting_that_they_were_given(shown):
    runs = {radius: compute_truncation(k=3, spectral_radius=radius) for radius in (0.5, 1.5)}
    plots.draw_triangles(runs)
    small = {"length": 12, "hidden_size": 4, "batch_size": 4, "delay": 2, "n_batches": 9}
    plots.draw_lost_parts({"recall": compute_truncation_bias(k=2, **small)})
    plots.draw_pair_shares({1.0: [compute_truncation(k=40, seed=s) for s in range(2)]})
    (triangles, said), (lost, of_lost), (shares, _) = shown
    assert "cut every 3 steps" in said
    assert [axes.get_ylabel() for axes in triangles.axes[:2]] == ["loss of step t", ""]
    assert "After 9 batches" in of_lost
    assert lost.axes[0].get_xlabel().startswith("batches in the mean")
    assert shares.axes[0].get_xlabel() == "lag, in steps back"


@pytest.mark.parametrize("size", [{"width": 8, "height": 4, "ncols": 2},
                                  {"width": 3.7, "height": 6, "nrows": 2}])  # fmt: skip
def test_the_name_of_the_sizes_lies_beside_the_triangle(size):
    figure, axes = new_figure(**size)
    plots.draw_truncation(compute_truncation(), axes)
    figure.canvas.draw()
    (words,) = (text for text in axes[0].texts if text.get_text().startswith("size"))
    box = words.get_window_extent().transformed(axes[0].transAxes.inverted())
    assert box.x0 + box.y0 > 1  # right of the diagonal
    assert box.x1 < 1.01
