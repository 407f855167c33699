"""What a page is given equals what Matplotlib draws, and carries roles in place of colours."""

import base64
import io
import json
import re

import numpy as np
import pytest
from PIL import Image

from rnn_helpers.display.figures import COLORS, new_figure
from rnn_helpers.display.recording import AS_DRAWN, UNITS, compact, record, record_still
from rnn_helpers.display.text_block import TextBlock
from tools.demos import find_demos, move_at_random

HALF_A_PIXEL = 0.5


def read_points(data):
    """The points of the path data, (N, 2), in pixels from the upper left corner."""
    points, here = [], np.zeros(2)
    for command, rest in re.findall(r"([MlmqczL])([^MlmqczL]*)", data):
        numbers = np.array(re.findall(r"-?\d+", rest), dtype=float).reshape(-1, 2)
        if command == "M":
            here = numbers[0]
            points.append(here)
        elif command == "m":
            here = here + numbers[0]
            points.append(here)
        elif command == "l":
            for move in numbers:
                here = here + move
                points.append(here)
        elif command in "qc" and len(numbers):
            points += list(here + numbers)
            here = here + numbers[-1]
    return np.array(points) / UNITS


def find_distances(points, line):
    """How far each of the points lies from the polyline, in pixels."""
    starts, ends = line[:-1], line[1:]
    along = ends - starts
    lengths = np.maximum((along**2).sum(axis=1), 1e-12)
    share = ((points[:, None] - starts) * along).sum(axis=2) / lengths
    nearest = starts + np.clip(share, 0, 1)[..., None] * along
    return np.sqrt(((points[:, None] - nearest) ** 2).sum(axis=2)).min(axis=1)


def get_pixels(line, figure):
    """The points of a line as Matplotlib places them, from the upper left corner."""
    places = line.get_transform().transform(line.get_xydata())
    height = figure.get_size_inches()[1] * figure.dpi
    return np.column_stack([places[:, 0], height - places[:, 1]])


@pytest.fixture
def axes():
    figure, axes = new_figure(4, 3)
    axes.set(xlim=(0, 1), ylim=(-1, 1))
    figure.get_layout_engine().execute(figure)
    figure.set_layout_engine("none")
    return axes


def test_a_line_is_where_matplotlib_draws_it(axes):
    xs = np.linspace(0, 1, 200)
    (line,) = axes.plot(xs, np.sin(9 * xs), color=COLORS["tanh"], linestyle="--", linewidth=2)
    ((style, (data,)),) = record(axes.figure, [line])
    points, wanted = read_points(data), get_pixels(line, axes.figure)
    assert find_distances(points, wanted).max() < HALF_A_PIXEL
    assert find_distances(wanted, points).max() < HALF_A_PIXEL
    assert style["stroke"] == "blue"
    assert style["stroke-width"] == pytest.approx(2 * 100 / 72 * UNITS, abs=0.1)
    assert style["stroke-dasharray"].count(" ") == 1
    assert style["fill"] == "none"


def test_a_gap_in_a_line_stays_a_gap_and_a_value_without_bound_stays_out(axes):
    (line,) = axes.plot([0, 0.2, 0.4, 0.6, 0.8], [0, 0.5, np.nan, 0.5, np.inf])
    ((_, (data,)),) = record(axes.figure, [line])
    assert data.count("M") == 2
    assert np.isfinite(read_points(data)).all()


def test_markers_stand_where_their_points_are(axes):
    (line,) = axes.plot([0.1, 0.5, 0.9], [0, 0.5, -0.5], "o", color=COLORS["relu"], markersize=6)
    ((style, (data,)),) = record(axes.figure, [line])
    starts = [tuple(map(int, pair)) for pair in re.findall(r"M(-?\d+) (-?\d+)m", data)]
    np.testing.assert_allclose(
        np.array(starts) / UNITS, get_pixels(line, axes.figure), atol=HALF_A_PIXEL
    )
    assert style["fill"] == "red"


def test_a_text_stays_a_text_with_its_anchor(axes):
    text = axes.text(0.5, 0.0, "slope & <b>", ha="center", va="baseline", fontsize=12)
    ((style, (x, y, shown)),) = record(axes.figure, [text])
    place = axes.transData.transform((0.5, 0.0))
    assert shown == "slope & <b>"
    assert style["text-anchor"] == "middle"
    assert x / UNITS == pytest.approx(place[0], abs=HALF_A_PIXEL)
    assert 300 - y / UNITS == pytest.approx(place[1], abs=HALF_A_PIXEL)
    assert style["font-size"] == pytest.approx(12 * 100 / 72 * UNITS, abs=0.1)


def test_an_upright_label_is_turned_and_mathematics_becomes_a_path(axes):
    upright = axes.text(0.1, 0.0, "up", rotation=90)
    formula = axes.text(0.5, 0.0, r"$\rho^2$")
    (turned, _), (drawn, (data,)) = record(axes.figure, [upright, formula])
    assert turned["rotate"] == -90
    assert drawn["kind"] == "path"
    assert drawn["fill"] == "ink"
    assert data.count("z") > 1


def test_a_block_of_text_keeps_its_columns(axes):
    block = TextBlock(axes, 0.1, 0.9, fontsize=10)
    block.set_text("ab  c\n\nd")
    marks = record(axes.figure, [block])
    assert [data[2] for _, data in marks] == ["ab  c", "d"]
    (first, second) = (data for _, data in marks)
    assert first[0] == second[0]
    assert second[1] - first[1] == 2 * round(10 * 100 / 72 * 1.45) * UNITS
    assert marks[0][0]["advance"] > 0


def test_a_coloured_map_keeps_its_colours_and_so_does_what_is_drawn_on_it(axes):
    edges = np.linspace(0, 1, 5), np.linspace(-1, 1, 4)
    axes.pcolormesh(*edges, np.arange(12.0).reshape(3, 4), rasterized=True)
    (line,) = axes.plot([0, 1], [0, 1], color="#FFFFFF", gid=AS_DRAWN)
    (plain,) = axes.plot([0, 1], [1, 0], color="#FFFFFF")
    assert record(axes.figure, [line])[0][0]["stroke"] == "#ffffff"
    assert record(axes.figure, [plain])[0][0]["stroke"] == "paper"
    images = [data for style, data in record_still(axes.figure, []) if style["kind"] == "image"]
    ((x, y, _, height, address),) = images
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))))
    box = axes.bbox
    assert (x / UNITS, (y + height) / UNITS) == pytest.approx((box.x0, 300 - box.y0), abs=1)
    assert picture[-3, 3, 2] > picture[3, -3, 2]  # blue below on the left, yellow above right


def test_only_what_moves_is_left_out_of_the_still(axes):
    (stays,) = axes.plot([0, 1], [0, 0], color=COLORS["relu"])
    (moves,) = axes.plot([0, 1], [1, 1], color=COLORS["tanh"])
    strokes = [style.get("stroke") for style, _ in record_still(axes.figure, [moves])]
    assert "red" in strokes
    assert "blue" not in strokes
    assert moves.get_visible()
    assert stays.get_visible()
    moves.set_visible(False)
    assert record(axes.figure, [moves]) == []


def test_styles_are_written_once(axes):
    lines = [axes.plot([0, 1], [y, y], color=COLORS["tanh"])[0] for y in (0, 0.1, 0.2)]
    styles = []
    marks = compact(record(axes.figure, lines), styles)
    assert [mark[0] for mark in marks] == [0, 0, 0]
    assert len(styles) == 1
    json.dumps([styles, marks])


@pytest.mark.parametrize("name", sorted(find_demos()))
def test_every_line_of_every_demo_is_recorded_where_it_is_drawn(name):
    demo, rng, compared = find_demos()[name](), np.random.default_rng(0), 0
    lines = [artist for artist in demo.artists.values() if hasattr(artist, "get_xydata")]
    try:
        for _ in range(20):
            move_at_random(demo, rng)
            for line in lines:
                wanted = get_pixels(line, demo.figure)
                wanted = wanted[np.isfinite(wanted).all(axis=1)]
                if not line.get_visible() or line.get_linestyle() == "None" or len(wanted) < 2:
                    continue
                if line.get_drawstyle() != "default":
                    continue
                for _, (data,) in record(demo.figure, [line])[:1]:
                    assert find_distances(read_points(data), wanted).max() < HALF_A_PIXEL, line
                    compared += 1
        assert compared > 0 or not lines
    finally:
        demo.close()
