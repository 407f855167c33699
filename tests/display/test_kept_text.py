"""Kept text: the pixels of Matplotlib's own, rendered once for each look."""

import numpy as np
import pytest

from rnn_helpers.display.figures import encode_png, new_figure
from rnn_helpers.display.kept_text import KeptText, add_kept_text

PLAIN = {"text": "Rose", "color": "#D55E00", "alpha": None, "rotation": 0, "fontsize": 10}
LOOKS = [
    PLAIN | change
    for change in (
        {}, {"text": "Åg7·"}, {"color": "#000000"}, {"alpha": 0.35}, {"rotation": 90},
        {"fontsize": 6.5}, {"y": 0.13}, {"text": ""}, {"visible": False}, {"visible": True},
    )
]  # fmt: skip


@pytest.fixture
def rendered(monkeypatch):
    calls, render = [], KeptText._render
    monkeypatch.setattr(KeptText, "_render", lambda s, *size: calls.append(1) or render(s, *size))
    return calls


def draw_all(add, looks):
    """The frames of a live picture whose one text takes one look after another, and a file."""
    figure, axes = new_figure(3, 2)
    artist = add(axes)
    artist.set_animated(True)
    figure.canvas.draw()
    background, frames = figure.canvas.copy_from_bbox(figure.bbox), []
    for look in looks:
        figure.canvas.restore_region(background)
        artist.set(**look)
        figure.draw_artist(artist)
        frames.append(np.array(figure.canvas.buffer_rgba(), dtype=int))
    return frames, encode_png(figure, dpi=150)


@pytest.mark.parametrize("place", [(0.313, 0.42), (0.7, 0.9), (0.99, 0.005)])  # one over the edge
def test_every_look_has_the_pixels_of_matplotlib_and_is_rendered_once(place, rendered):
    looks = [{"y": place[1], **look} for look in (*LOOKS, *LOOKS)]
    wanted, wanted_file = draw_all(lambda axes: axes.text(*place, ""), looks)
    frames, file = draw_all(lambda axes: add_kept_text(axes, *place), looks)
    np.testing.assert_allclose(frames, wanted, rtol=0, atol=2)  # of 255, where letters touch
    assert file == wanted_file
    assert len(rendered) == 7  # of the ten, one is empty, one hidden, one the first again
    assert len({frame.tobytes() for frame in frames}) == 8  # the seven, and none


def test_what_is_kept_is_bounded():
    texts = []
    looks = [PLAIN | {"text": str(number)} for number in range(40)]
    draw_all(lambda axes: texts.append(add_kept_text(axes, 0.5, 0.5)) or texts[0], looks)
    assert 0 < len(texts[0]._kept) <= 16
