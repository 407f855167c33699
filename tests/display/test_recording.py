"""What a page is given equals what Matplotlib draws, and carries roles in place of colours."""

import base64
import io
import json
import re

import numpy as np
import pytest
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path
from PIL import Image

from rnn_helpers.display import recording
from rnn_helpers.display.figures import COLORS, new_figure
from rnn_helpers.display.recording import AS_DRAWN, UNITS, AsDrawn, compact, record, record_still
from rnn_helpers.display.text_block import TextBlock
from tools.demos import find_demos, find_untrained_demos, move_at_random

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


def test_a_curve_without_a_face_stays_a_curve(axes):
    ring = axes.add_patch(Circle((0.5, 0), 0.2, fill=False))
    ((style, (data,)),) = record(axes.figure, [ring])
    assert data.count("c") == 8
    assert style["fill"] == "none"


def test_corners_are_joined_as_matplotlib_joins_them(axes):
    (line,) = axes.plot([0, 0.5, 1], [0, 1, 0])
    bar = axes.add_patch(Rectangle((0, 0), 0.5, 0.5, edgecolor="k"))
    ((of_line, _),), ((of_bar, _),) = (record(axes.figure, [artist]) for artist in (line, bar))
    assert of_line["stroke-linejoin"] == "round"
    assert "stroke-linejoin" not in of_bar  # mitred: what SVG does by itself


@pytest.mark.parametrize("looks", [{"color": (0, 0, 0, 0.5)}, {"color": "k", "alpha": 0.5}])
def test_a_pale_text_is_pale(axes, looks):
    text = axes.text(0.5, 0.0, "pale", **looks)
    ((style, _),) = record(axes.figure, [text])
    assert style["fill-opacity"] == 0.5


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
    assert marks[0][1][3] == pytest.approx(5 * marks[1][1][3], rel=0.02)


def test_korean_letters_have_room_whatever_font_is_there(axes):
    block = TextBlock(axes, 0.1, 0.9, fontsize=10, characters="바람이 분다")
    block.set_text("바람이 분다")
    ((style, (_, _, _, length)),) = record(axes.figure, [block])
    assert length == pytest.approx(5.5 * style["font-size"], abs=1)  # five letters and a space


def test_a_block_that_is_too_wide_is_made_to_fit(axes):
    block = TextBlock(axes, 0.1, 0.9, fontsize=10)
    block.set_text("x" * 90)
    ((_, (x, _, _, length)),) = record(axes.figure, [block])
    assert x + length == pytest.approx(400 * UNITS, abs=1)


def test_a_title_that_moves_is_where_the_layout_put_it(axes):
    title = axes.set_title("moving", loc="left")
    axes.figure.draw_without_rendering()
    place = title.get_position()
    record_still(axes.figure, [title])
    assert title.get_position() == place
    ((_, (_, y, _)),) = record(axes.figure, [title])
    assert 0 < y < 100 * UNITS


def test_a_coloured_map_keeps_its_colours_and_so_does_what_is_drawn_on_it(axes):
    edges = np.linspace(0, 1, 5), np.linspace(-1, 1, 4)
    axes.pcolormesh(*edges, np.arange(12.0).reshape(3, 4), rasterized=True)
    (line,) = axes.plot([0, 1], [0, 1], color="#FFFFFF", gid=AS_DRAWN)
    (plain,) = axes.plot([0, 1], [1, 0], color="#FFFFFF")
    (named,) = axes.plot([0, 1], [1, 1], color="#FFFFFF", gid=AsDrawn("path"))
    ((style, _),) = record(axes.figure, [line])
    assert (style["stroke"], style.get("part")) == ("#ffffff", None)
    ((style, _),) = record(axes.figure, [named])
    assert (style["stroke"], style["part"]) == ("#ffffff", "path")
    assert record(axes.figure, [plain])[0][0]["stroke"] == "paper"
    images = [data for style, data in record_still(axes.figure, []) if style["kind"] == "image"]
    ((x, y, _, height, address),) = images
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))))
    box = axes.bbox
    assert (x / UNITS, (y + height) / UNITS) == pytest.approx((box.x0, 300 - box.y0), abs=1)
    assert picture[-3, 3, 2] > picture[3, -3, 2]  # blue below on the left, yellow above right


@pytest.mark.parametrize("upside_down", [False, True])
def test_a_map_of_equal_cells_is_an_image_of_one_pixel_each(axes, upside_down):
    values = np.array([[0.0, 0.5, np.nan], [1.0, 0.25, 0.0]])
    mesh = axes.pcolormesh([0.2, 0.4, 0.6, 0.8], [-0.5, 0.0, 0.5], values, cmap="gray")
    axes.set_ylim((1, -1) if upside_down else (-1, 1))
    ((style, (x, y, width, height, address)),) = record(axes.figure, [mesh])
    assert style["image-rendering"] == "pixelated"
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))))
    shown = values if upside_down else values[::-1]
    np.testing.assert_allclose(picture[..., 3] / 255, ~np.isnan(shown))
    known = ~np.isnan(shown)
    np.testing.assert_allclose(picture[..., 0][known] / 255, shown[known], atol=0.01)
    corners = axes.transData.transform([(0.2, -0.5), (0.8, 0.5)])
    left, right = corners[:, 0]
    low, high = sorted(300 - corners[:, 1])
    assert (x / UNITS, (x + width) / UNITS) == pytest.approx((left, right), abs=HALF_A_PIXEL)
    assert (y / UNITS, (y + height) / UNITS) == pytest.approx((low, high), abs=HALF_A_PIXEL)
    uneven = axes.pcolormesh([0.0, 0.1, 0.6, 0.8], [-0.5, 0.0, 0.5], np.ones((2, 3)))
    assert {style["kind"] for style, _ in record(axes.figure, [uneven])} == {"path"}


PLACES = ("top", "center", "baseline", "bottom", "center_baseline")


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("words", ["dw = 0.37", "gyp", "(Å|", "·", "h₁₂ …", "a^2", "T $ 3"])
def test_an_upright_line_is_recorded_where_matplotlib_puts_it(axes, monkeypatch, place, words):
    texts = [
        axes.text(0.3, 0.2, words, va=place, ha=side, fontsize=size, color=COLORS["relu"],
                  parse_math=False, gid="part", alpha=alpha, clip_on=size == 9)
        for side, size, alpha in (("left", 9, None), ("center", 13.7, 0.5), ("right", 31, None))
    ]  # fmt: skip
    recorded = record(axes.figure, texts)
    monkeypatch.setattr(recording, "is_upright", lambda _: False)
    for text in texts:
        text.set_alpha(text.get_alpha())
        text.stale = True
    assert record(axes.figure, texts) == recorded
    assert [style["kind"] for style, _ in recorded] == ["text"] * 3


@pytest.mark.parametrize("look", [
    {"rotation": 30}, {"rotation_mode": "anchor"}, {"bbox": {"pad": 1}}, {"s": "two\nlines"},
    {"s": r"$x^2$"}, {"linespacing": 3.0}, {"fontweight": "bold"}, {"family": "monospace"},
])  # fmt: skip
def test_a_text_of_another_look_is_recorded_as_matplotlib_draws_it(axes, look):
    plain = axes.text(0.3, 0.2, "plain", va="top", fontsize=11)
    record(axes.figure, [plain])  # what it has measured is not taken for the other's
    text = axes.text(**{"x": 0.3, "y": 0.2, "s": "plain", "va": "top", "fontsize": 11} | look)
    assert record(axes.figure, [text]) == record_still(axes.figure, get_others(axes, text))


def get_others(axes, artist):
    """All else that a figure draws."""
    frame = [axes.patch, axes.xaxis, axes.yaxis, *axes.spines.values(), axes.figure.patch]
    return [*frame, *(other for other in axes.texts if other is not artist)]


def test_what_is_kept_of_a_text_goes_when_it_changes(axes):
    text = axes.text(0.3, 0.2, "first", va="center")
    first = record(axes.figure, [text])
    axes.figure.canvas.draw()
    again = record(axes.figure, [text])
    assert again == first
    if recording.is_upright(text):  # from Matplotlib 3.11 on
        assert again[0] is first[0]  # not made anew
    text.set_text("second")
    axes.figure.canvas.draw()  # by which Matplotlib takes it for shown
    ((_, (*_, words)),) = record(axes.figure, [text])
    assert words == "second"
    text.set_text("first")
    assert record(axes.figure, [text]) == first
    axes.set_xlim(0, 2)
    ((_, (x, *_)),) = record(axes.figure, [text])
    assert x != first[0][1][0]
    text.set_visible(False)
    assert record(axes.figure, [text]) == []


def test_of_what_does_not_say_that_it_changes_nothing_is_kept(axes):
    patch = axes.add_patch(PathPatch(Path([(0, 0), (0.5, 0.5)]), fill=False))
    mesh = axes.pcolormesh([0, 1], [0, 1], [[0.0]], vmin=0, vmax=1)
    first = record(axes.figure, [patch, mesh])
    patch.set_path(Path([(0, 0), (0.7, 0.5)]))  # without a word to Matplotlib
    mesh.set_array([[1.0]])
    second = record(axes.figure, [patch, mesh])
    assert all(a != b for a, b in zip(first, second, strict=True))


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
            for line in filter(lambda line: line.get_visible(), lines):
                wanted = get_pixels(line, demo.figure)
                wanted = wanted[np.isfinite(wanted).all(axis=1)]
                marks = [data for _, (data,) in record(demo.figure, [line])]
                if line.get_marker() not in ("None", "", None) and len(wanted):
                    starts = re.findall(r"M(-?\d+) (-?\d+)m", marks.pop())
                    places = np.array(starts, dtype=float) / UNITS
                    every = line.get_markevery()
                    marked = wanted if every is None else wanted[every]
                    np.testing.assert_allclose(places, marked, atol=HALF_A_PIXEL)
                    compared += 1
                if line.get_drawstyle() == "default" and line.get_linestyle() != "None":
                    for data in marks:
                        assert find_distances(read_points(data), wanted).max() < HALF_A_PIXEL, line
                        compared += 1
        assert compared > 0 or not lines
    finally:
        demo.close()


@pytest.mark.parametrize("name", sorted([*find_demos(), *find_untrained_demos()]))
def test_nothing_lies_outside_the_picture_once_its_still_is_stored(name):
    """Neither what stays nor what moves, such as the sample of a legend, wherever it is drawn."""
    demo = (find_demos() | find_untrained_demos())[name]()
    try:
        demo._repr_mimebundle_()
        now = {argument: control.value for argument, control in demo.controls.items()}
        for layout in ("wide", "narrow"):
            ((_, frame),) = demo.record([layout], [now])
            still = demo.get_still(layout)
            marks = [(still["styles"][style], data) for style, *data in still["marks"]]
            size = np.array([still["width"], still["height"]])
            marks += frame[layout]
            assert len(marks) > 3
            for style, data in marks:
                if "clip" in style:
                    continue
                if style["kind"] == "path":
                    points = np.asarray(read_points(data[0]), dtype=float)
                else:  # of letters, how high and how deep they reach
                    high = style.get("font-size", 0) * (0 if "rotate" in style else 1)
                    reach = np.outer((-0.72, 0.0, 0.2), (0, high))
                    points = (np.array(data[:2], dtype=float) + reach) / UNITS
                assert (points > -2).all(), (layout, style, data)
                assert (points < size + 2).all(), (layout, style, data)
    finally:
        demo.close()


def test_a_marker_of_several_strokes_is_drawn_where_it_stands():
    figure, axes = new_figure(2, 2)
    cross = Path(
        [(-1, 0), (1, 0), (0, -1), (0, 1), (0, -1), (2, 2), (3, 2)], [1, 2, 1, 2, 79, 1, 2]
    )
    (line,) = axes.plot([0.5], [0.5], marker=cross, markersize=10, linestyle="none")
    figure.get_layout_engine().execute(figure)
    ((_, (data,)),) = record(figure, [line])
    assert data.count("M") == 1
    x, y = (round(4 * v) for v in axes.transData.transform((0.5, 0.5)))
    assert data.startswith(f"M{x} {800 - y}m")
    moves = [tuple(map(int, re.findall(r"-?\d+", part))) for part in re.findall("m[^lz]*", data)]
    length = int(re.search(r"l(\d+) ?0", data)[1])
    # each start counts from where the stroke before it ended, or began if it was closed
    unit = length / 2
    wanted = [(-1, 0), (-1, 1), (2, -3)]
    assert np.abs(np.array(moves) - unit * np.array(wanted)).max() <= 1.5
