"""Blocks of text: which way up they stand, and where their letters are."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from rnn_helpers.display.figures import new_figure
from rnn_helpers.display.fonts import find_font
from rnn_helpers.display.text_block import TextBlock


def draw_block(text, fontsize):
    """The ink of a block, and the box that it says it fills."""
    figure, axes = new_figure(4, 4)
    axes.set_axis_off()
    block = TextBlock(axes, 0.1, 0.9, fontsize=fontsize)
    block.set_text(text)
    figure.canvas.draw()
    ink = 255 - np.asarray(figure.canvas.buffer_rgba())[..., 0].astype(float)
    return ink, block.get_window_extent(), figure.dpi


def test_a_block_of_text_stands_upright_and_reads_from_the_left():
    """An F has its ink above and to the left; mirrored or upside down it has not."""
    ink, _, _ = draw_block("F", 40)
    rows, columns = np.nonzero(ink)
    letter = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    height, width = letter.shape
    assert letter[: height // 2].sum() > 1.3 * letter[-(height // 2) :].sum()
    assert letter[:, : width // 2].sum() > 1.3 * letter[:, -(width // 2) :].sum()


@pytest.mark.parametrize(
    "text", ['KWw_%@#\n\nyj|`"Ww__ww', "one 한 two\nthree", " "], ids=["equal", "wide", "empty"]
)
@pytest.mark.parametrize("fontsize", [2.0, 7.3, 10.0, 11.0, 21.0])
def test_every_pixel_is_where_the_font_puts_it(text, fontsize):
    ink, box, dpi = draw_block(text, fontsize)
    size = fontsize * dpi / 72
    font = ImageFont.truetype(find_font(""), size, layout_engine=ImageFont.Layout.BASIC)
    page = Image.new("L", (round(box.width), round(box.height)))
    for row, line in enumerate(text.split("\n")):
        ImageDraw.Draw(page).text((0, row * round(1.45 * size)), line, fill=255, font=font)
    top, left = len(ink) - round(box.y1), round(box.x0)
    shown = ink[top : top + page.height, left : left + page.width]
    np.testing.assert_allclose(shown, np.asarray(page), atol=1)
    assert ink.sum() == pytest.approx(shown.sum())
