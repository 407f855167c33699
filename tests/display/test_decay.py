"""The picture of decay that three lectures share."""

import numpy as np
import pytest

from rnn_helpers.display import decay
from rnn_helpers.display.decay import (
    describe_gated_decay,
    draw_decay,
    draw_gated_decay,
    name_decay_parts,
    show_gated_decays,
)
from rnn_helpers.display.figures import COLORS, STYLES, encode_png, new_figure
from rnn_helpers.recurrences.gated_decay import Decays, GatedDecay

LOOKS = {"whole": ("-", "#000000", 2.6, "whole"), "part": (":", "#595959", 1.5, "part")}


def _draw(axes, artists, *log_values, longest=20):
    curves = {"whole": np.array([0.0, *log_values]), "part": -np.arange(len(log_values) + 1.0)}
    return draw_decay(
        np.arange(len(log_values) + 1), curves, axes, artists,
        looks=LOOKS, state="h", longest=longest, end="whole",
    )  # fmt: skip


def test_moving_a_drawing_equals_drawing_anew():
    pictures = []
    for first in ([-1.0, -2.0], [3.0, 1.0, 20.0]):
        figure, axes = new_figure(6, 3)
        artists = _draw(axes, None, *first)
        assert _draw(axes, artists, 3.0, 1.0, 20.0) is artists
        pictures.append(encode_png(figure))
    assert pictures[0] == pictures[1]


def test_the_band_is_from_one_per_cent_to_a_hundredfold_and_the_axis_as_long_as_the_longest_lag():
    figure, axes = new_figure(4, 3)
    _draw(axes, None, -1.0, longest=200)
    band = axes.patches[0].get_extents().transformed(axes.transData.inverted())
    np.testing.assert_allclose(band.intervaly, [1e-2, 1e2])
    np.testing.assert_allclose((*axes.get_xlim(), *axes.get_ylim()), (-2, 205, 1e-12, 1e12))
    assert axes.get_ylabel().count("$") == 2  # h_{T−k} is set, not spelled
    encode_png(figure)
    assert "".join(text.get_text() for text in axes.texts) == "holds:1 % to100-fold"
    for text in axes.texts:  # outside, where no curve comes
        assert text.get_window_extent().x0 > axes.get_window_extent().x1


@pytest.mark.parametrize(
    ("last", "marker", "height"),
    [(-11.9, "o", -11.9), (11.9, "o", 11.9), (-12.1, "v", -12), (12.1, "^", 12), (400, "^", 12),
     (-400, "v", -12), (-np.inf, "v", -12)],
)  # fmt: skip
def test_a_curve_that_leaves_the_axis_is_drawn_and_its_end_is_marked(last, marker, height):
    figure, axes = new_figure(4, 3)
    artists = _draw(axes, _draw(axes, None, 0.0), -1.0, last)
    lags, drawn = artists["whole"].get_data()
    assert lags.tolist() == [0, 1, 2]
    np.testing.assert_allclose(np.log10(drawn), [0, -1, np.clip(last, -36, 36)])
    assert artists["end"].get_marker() == marker
    np.testing.assert_allclose(artists["end"].get_xydata(), [[2, 10.0**height]])
    encode_png(figure)


def test_an_axis_may_end_elsewhere():
    _, axes = new_figure(4, 3)
    curves = {"whole": np.array([0.0, 5.0]), "part": np.array([0.0, -1.0])}
    options = {"looks": LOOKS, "state": "h", "end": "whole", "bottom": -20, "top": 4}
    artists = draw_decay(np.arange(2), curves, axes, **options)
    np.testing.assert_allclose(axes.get_ylim(), (1e-20, 1e4))
    np.testing.assert_allclose(artists["end"].get_xydata(), [[1, 1e4]])
    assert artists["end"].get_marker() == "^"


def test_each_curve_looks_as_its_legend_says_and_the_one_that_is_marked_lies_on_top():
    _, axes = new_figure(4, 3)
    artists = _draw(axes, None, -1.0)
    for handle, (name, look) in zip(axes.get_legend().get_lines(), LOOKS.items(), strict=True):
        for line in (handle, artists[name]):
            assert (line.get_linestyle(), line.get_color(), line.get_linewidth()) == look[:3]
    assert artists["end"].get_color() == artists["whole"].get_color()
    assert artists["whole"].get_zorder() > artists["part"].get_zorder()


def _make_decays(shift):
    """Twenty gated and twenty plain networks at the lags 0, 5 and 10."""
    lags, spread = np.arange(0, 11, 5), np.linspace(-1, 1, 20)
    slopes = np.outer(lags / 10, spread)
    gated = GatedDecay(lags, shift * lags[:, None] / 10 + slopes, slopes - 0.3 * lags[:, None])
    return Decays(gated, GatedDecay(lags, 2 * slopes - lags[:, None], slopes))


GRU = {"color": "gru", "name": "GRU", "direct": "∏ z", "state": "h"}


def test_lines_are_medians_and_bands_hold_the_middle_sixteen():
    figure, axes = new_figure(6, 3)
    decays = _make_decays(-4.0)
    artists = draw_gated_decay(_make_decays(1.0), axes, **GRU)
    assert draw_gated_decay(decays, axes, artists, **GRU) is artists
    looks = {
        "total": ("GRU, all paths", "gru", STYLES["gru"]),
        "direct": ("its direct path ∏ z", "data", ":"), "rnn": ("plain RNN", "rnn", "-"),
    }  # fmt: skip
    for part, logs in (
        ("total", decays.gated.total), ("direct", decays.gated.direct),
        ("rnn", decays.rnn.total),
    ):  # fmt: skip
        line, (label, color, style) = artists[part], looks[part]
        assert (line.get_label(), line.get_linestyle()) == (label, style)
        assert line.get_color() == COLORS[color]
        lags, drawn = artists[part].get_data()
        np.testing.assert_array_equal(lags, [0, 5, 10])
        np.testing.assert_allclose(np.log10(drawn), np.median(logs, axis=1), atol=1e-9)
    for part, logs in (("total band", decays.gated.total), ("rnn band", decays.rnn.total)):
        xs, ys = artists[part].get_xy().T
        np.testing.assert_array_equal(xs, [0, 5, 10, 10, 5, 0])
        ranked = np.sort(logs, axis=1)
        np.testing.assert_allclose(np.log10(ys[:3]), ranked[:, 2], atol=1e-9)
        np.testing.assert_allclose(np.log10(ys[:2:-1]), ranked[:, 17], atol=1e-9)
    assert "the middle 16 of 20" in axes.get_legend().get_title().get_text()
    encode_png(figure)


def test_a_curve_is_one_part_with_its_band_its_end_and_its_words():
    _, axes = new_figure(6, 3)
    artists = draw_gated_decay(_make_decays(-4.0), axes, **GRU)
    whole, path, plain, holds = name_decay_parts(GRU["name"], GRU["direct"])
    assert {name: artist.get_gid() for name, artist in artists.items()} == {
        "total": whole, "total band": whole, "end": whole, "direct": path, "rnn": plain,
        "rnn band": plain,
    }  # fmt: skip
    assert [text.get_text() for text in axes.get_legend().get_texts()] == [whole, path, plain]
    assert {artist.get_gid() for artist in (axes.patches[0], *axes.texts)} == {holds}


def test_the_weights_of_the_other_paths_are_named():
    parts = name_decay_parts("GRU", "∏ z", weights="W_hr, W_hz and W_hn")
    assert "the other paths go through W_hr, W_hz and W_hn" in parts["its direct path ∏ z"]
    assert "go through W_hh" in name_decay_parts("LSTM", "∏ f")["its direct path ∏ f"]


def test_a_band_that_leaves_the_axis_is_drawn():
    figure, axes = new_figure(4, 3)
    artists = draw_gated_decay(_make_decays(-400.0), axes, **GRU)
    assert np.isfinite(artists["total band"].get_xy()).all()
    encode_png(figure)


@pytest.mark.parametrize(("shift", "words"), [
    (-4.0, "After 10 steps 0.0001 of the GRU's gradient is left by all paths"),
    (-4.0, "of 20 networks it vanishes in 20. Its direct path alone leaves 0.001"),
    (-2.0, "of 20 networks it vanishes in 10, holds in 10"),
    (2.5, "After 10 steps the GRU's gradient is 316 times as large by all paths"),
    (0.6, "After 10 steps the GRU's gradient is 4 times as large by all paths"),
    (0.0, "After 10 steps about all of the GRU's gradient is left by all paths"),
    (2.5, "of 20 networks it holds in 5, explodes in 15"),
])  # fmt: skip
def test_the_sentence_counts_the_networks(shift, words):
    assert words in describe_gated_decay(_make_decays(shift), name="GRU")


def test_settings_stand_side_by_side(monkeypatch):
    said = []
    monkeypatch.setattr(decay, "show", lambda figure, *, alt: said.append((figure, alt)))
    show_gated_decays(
        {"low": _make_decays(-4.0), "high": _make_decays(2.5)},
        lambda decays: describe_gated_decay(decays, name="GRU"),
        lambda decays, axes: draw_gated_decay(decays, axes, **GRU),
    )
    ((figure, alt),) = said
    encode_png(figure)
    assert [axis.get_title(loc="left") for axis in figure.axes] == ["low", "high"]
    assert figure.get_suptitle() == "More of the gradient is left with high than with the others"
    assert [len(axis.texts) for axis in figure.axes] == [0, 3]
    assert "vanishes in 20" in alt
    assert "explodes in 15" in alt


@pytest.mark.parametrize("width", [4.2, 8.0])
def test_no_curve_crosses_the_legend(width):
    figure, axes = new_figure(width, 4.2)
    draw_gated_decay(_make_decays(-400.0), axes, **GRU)
    encode_png(figure)
    legend = axes.get_legend().get_window_extent()
    assert legend.y1 < axes.xaxis.label.get_window_extent().y1
    assert not legend.overlaps(axes.get_window_extent())
