"""The picture of decay that three lectures share."""

import numpy as np
import pytest

from rnn_helpers.display.decay import draw_decay, format_power
from rnn_helpers.display.figures import encode_png, new_figure

LOOKS = {"whole": ("-", "#000000", 2.6, "whole"), "part": (":", "#595959", 1.5, "part")}


def _draw(axes, artists, *log_values, longest=20):
    curves = {"whole": np.array([0.0, *log_values]), "part": -np.arange(len(log_values) + 1.0)}
    return draw_decay(
        np.arange(len(log_values) + 1), curves, axes, artists,
        looks=LOOKS, state="h", longest=longest, end="whole",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("log_value", "words"),
    [(1.98, "95"), (1.998, "100"), (2.0, "100"), (3.4, "2,512"), (-0.4, "0.4"), (-7.2, "10⁻⁷"),
     (-2.0, "10⁻²"), (4.0, "10⁴"), (-np.inf, "exactly 0")],
)  # fmt: skip
def test_a_power_of_ten_is_written_as_a_reader_would(log_value, words):
    assert format_power(log_value) == words


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


def test_an_axis_for_what_does_not_grow_ends_lower():
    _, axes = new_figure(4, 3)
    curves = {"whole": np.array([0.0, 5.0]), "part": np.array([0.0, -1.0])}
    options = {"looks": LOOKS, "state": "h", "end": "whole", "top": 4}
    artists = draw_decay(np.arange(2), curves, axes, **options)
    np.testing.assert_allclose(axes.get_ylim(), (1e-12, 1e4))
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
