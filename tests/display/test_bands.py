"""The band of many networks: what is drawn is what was handed in."""

import numpy as np
import pytest

from rnn_helpers.display.bands import EDGE, draw_band, prepare_steps
from rnn_helpers.display.figures import encode_png, new_figure

STEPS = np.arange(4)
LOGS = np.array([[0.0, 0.0, 0.0], [-1.0, 1.0, 0.5], [-2.0, -np.inf, 3.0], [-4.0, -np.inf, -5.0]])


@pytest.mark.parametrize(("way", "end"), [("forward", 3), ("back", 0)])
def test_band_median_and_arrowhead(way, end):
    figure, axes = new_figure()
    prepare_steps(axes, 3, "size")
    artists = draw_band(axes, way, STEPS, LOGS, label="all")
    corners = artists[f"{way} band"].get_xy()[:8]
    np.testing.assert_allclose(corners[:4, 1], [1, 0.1, 10.0 ** (-3 * EDGE), 10.0 ** (-3 * EDGE)])
    np.testing.assert_allclose(corners[4:8, 1], [1e-4, 1e3, 10, 1])
    middle = [1, 10**0.5, 1e-2, 1e-5]
    np.testing.assert_allclose(artists[way].get_ydata(), middle)
    np.testing.assert_allclose(artists[f"{way} end"].get_xydata(), [[end, middle[end]]])
    assert artists[f"{way} end"].get_visible()
    moved = draw_band(axes, way, STEPS, np.full((4, 3), -20.0), artists)
    assert moved is artists
    assert not artists[f"{way} end"].get_visible()  # below the axis
    encode_png(figure)


def test_the_line_is_that_of_one_network_where_one_is_asked_for():
    _, axes = new_figure()
    artists = draw_band(axes, "back", STEPS, LOGS, middle=2)
    wanted = [1, 10**0.5, 1e3, 1e-5]
    np.testing.assert_allclose(artists["back"].get_ydata(), wanted)
    np.testing.assert_allclose(artists["back end"].get_xydata(), [[0, 1]])
    draw_band(axes, "back", STEPS, LOGS[::-1], artists, middle=2)
    np.testing.assert_allclose(artists["back"].get_ydata(), wanted[::-1])
    np.testing.assert_allclose(artists["back end"].get_xydata(), [[0, 1e-5]])
