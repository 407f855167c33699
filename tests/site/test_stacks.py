"""A picture for narrow pages: its panels in their order, and its text said once."""

import base64
import io
import re

import nbformat
import numpy as np
from PIL import Image

from rnn_helpers.display.figures import encode_png, image_bundle, new_figure
from rnn_helpers.display.pieces import find_pieces
from tools.site.prepare import Lecture
from tools.site.stacks import stack

RED, BLUE = (255, 0, 0), (0, 0, 255)


def make_figure():
    """Two panels, red and blue, whose y axis is labelled at the red one alone."""
    figure, axes = new_figure(9, 3, ncols=2, sharey=True)
    for panel, color in zip(axes, ("red", "blue"), strict=True):
        panel.axhspan(0, 1, color=color)
        panel.set(xlabel="x", ylim=(0, 2))
        panel.grid(False)
    axes[0].set_ylabel("the label")
    png = encode_png(figure, dpi=150)
    return png, find_pieces(figure, dpi=150)


def find_color(picture, color):
    """First and last row, first and last column of the pixels of a colour."""
    rows, columns = np.nonzero((np.asarray(picture) == color).all(axis=2))
    return rows.min(), rows.max(), columns.min(), columns.max()


def test_the_panels_stand_below_each_other_each_with_its_labels():
    png, pieces = make_figure()
    wide = Image.open(io.BytesIO(png)).convert("RGB")
    narrow = stack(wide, pieces)
    assert narrow.width < 0.6 * wide.width
    red, blue = find_color(narrow, RED), find_color(narrow, BLUE)
    assert red[1] < blue[0]
    for color, found in ((RED, red), (BLUE, blue)):
        top, bottom, left, right = find_color(wide, color)
        assert (bottom - top, right - left) == (found[1] - found[0], found[3] - found[2])
    assert abs(red[2] - blue[2]) <= 2  # the axes begin at one place
    strips = [np.asarray(narrow)[top : top + 200, : red[2] - 20] for top in (red[0], blue[0])]
    np.testing.assert_array_equal(*strips)
    assert (strips[0] < 100).sum() > 200  # which is not white


def test_a_chart_drawn_for_phones_is_what_a_narrow_page_shows(tmp_path):
    wide, _ = make_figure()
    slim = encode_png(new_figure(4.2, 3)[0], dpi=150)
    kept = {"alt": "panels", "width": 900, "narrow": base64.b64encode(slim).decode("ascii")}
    page = make_page(kept, wide, tmp_path)
    (source,) = re.findall(r"<source [^>]*>", page)
    assert 'width="420" height="300"' in source
    place = re.search(r'srcset="\.\./([^"]*)"', source)[1]
    with Image.open(tmp_path / "extra" / place) as stored, Image.open(io.BytesIO(slim)) as wanted:
        np.testing.assert_array_equal(stored.convert("RGB"), wanted.convert("RGB"))


def make_page(metadata, png, target, width=900):
    """The markup that a page gets of a figure."""
    bundle = image_bundle(png, alt="two “panels” < 3", width=width)
    shown = nbformat.v4.new_output("display_data", bundle, metadata={"image/png": metadata})
    cells = [nbformat.v4.new_markdown_cell("# 00 Title\n"), nbformat.v4.new_code_cell("draw()")]
    cells[1].outputs = [shown]
    Lecture("00_title", nbformat.v4.new_notebook(cells=cells), target).change("", {})
    return cells[1].outputs[0].data["text/html"]


def test_a_page_has_both_pictures_and_the_text_once(tmp_path):
    png, pieces = make_figure()
    page = make_page({"pieces": pieces}, png, tmp_path)
    assert page.count("<img ") == page.count("alt=") == page.count("two “panels” &lt; 3") == 1
    (source,) = re.findall(r"<source [^>]*>", page)
    assert 'media="screen and (max-width: 40rem)"' in source
    size = [int(number) for number in re.findall(r'(?:width|height)="(\d+)"', source)]
    place = re.search(r'srcset="\.\./([^"]*)"', source)[1]
    with Image.open(tmp_path / "extra" / place) as narrow:
        assert narrow.size == stack(Image.open(io.BytesIO(png)), pieces).size
        np.testing.assert_allclose(np.multiply(narrow.size, 2 / 3), size, atol=0.5)
    whole = re.search(r'<img [^>]*src="\.\./([^"]*)"', page)[1]
    assert (tmp_path / "extra" / whole).read_bytes() == png


def test_a_figure_of_one_piece_has_one_picture(tmp_path):
    page = make_page({}, make_figure()[0], tmp_path)
    assert "<source" not in page
    assert page.count("<img ") == 1


def test_a_picture_that_a_phone_has_room_for_is_marked_as_small(tmp_path):
    png = make_figure()[0]
    assert "rnn-small" in make_page({}, png, tmp_path, width=540)
    assert "rnn-small" not in make_page({}, png, tmp_path, width=800)
