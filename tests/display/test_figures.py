"""Figures: let go with their user, shown with an alternative text, in the house style."""

import base64
import gc
import io
import weakref

import matplotlib.style
import numpy as np
import pytest
from matplotlib import rcParams
from PIL import Image

from rnn_helpers.display import figures
from rnn_helpers.display.comparisons import draw_seed_spread
from rnn_helpers.display.figures import (
    COLORS,
    draw_both,
    encode_png,
    image_bundle,
    is_narrow,
    new_figure,
    show,
)


def test_the_same_picture_is_the_same_bytes_and_shows_its_colours():
    def make():
        figure, axes = new_figure(3, 2)
        axes.plot([0, 1], [0, 1], color=COLORS["tanh"], linewidth=12)
        return encode_png(figure, dpi=150)

    png = make()
    assert png == make()
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    assert picture.size == (450, 300)
    colors = np.reshape(picture, (-1, 3)).astype(int)
    assert (colors == 255).all(axis=1).any()
    assert np.abs(colors - (0x00, 0x72, 0xB2)).max(axis=1).min() <= 3


def test_a_figure_is_shown_with_its_alternative_text(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **rest: shown.append((data, rest)))
    figure = new_figure(2, 1)[0]
    show(figure, alt='A line that "rises" < 1')
    gone = weakref.ref(figure)
    del figure
    gc.collect()
    assert gone() is None  # let go with its last user
    ((data, rest),) = shown
    assert rest["raw"]
    assert set(data) == {"text/html", "image/png", "text/plain"}
    assert data["text/plain"] == 'A line that "rises" < 1'
    assert 'alt="A line that &quot;rises&quot; &lt; 1"' in data["text/html"]
    assert rest["metadata"]["image/png"]["alt"] == 'A line that "rises" < 1'
    page = image_bundle(b"png", alt="alt", width=10, caption="a < b")["text/html"]
    assert page.startswith("<p>a &lt; b</p><img ")


def test_a_chart_for_phones_is_stored_beside_the_one_that_is_shown(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **rest: shown.append(rest))
    drawn = []

    def draw(axes):
        drawn.append(is_narrow(axes))
        axes.plot([0, 1])
        axes.set_title("a sentence that is longer than a line on a phone may be", loc="left")

    figure, narrow = draw_both(draw, 8, 3, narrow=2.5)
    assert drawn == [False, True]
    assert "\n" in narrow.axes[0].get_title("left")
    assert "\n" not in figure.axes[0].get_title("left")
    show(figure, alt="a chart", narrow=narrow)
    show(figure, alt="a chart")
    first, second = (rest["metadata"]["image/png"] for rest in shown)
    assert Image.open(io.BytesIO(base64.b64decode(first["narrow"]))).size == (630, 375)
    assert "narrow" not in second


LOUD = {
    "figure.facecolor": "black", "savefig.facecolor": "red", "text.color": "white", "font.size": 17,
    "lines.linewidth": 6, "lines.color": "red", "figure.dpi": 50, "image.cmap": "jet",
    "axes.titlesize": 30, "legend.frameon": False, "legend.facecolor": "red", "xtick.color": "red",
    "ytick.direction": "in", "axes.unicode_minus": False, "savefig.bbox": "tight",
}  # fmt: skip


@pytest.mark.parametrize(
    "settings", ["dark_background", "ggplot", "grayscale", LOUD, figures._RC], ids=str
)
def test_global_state_decides_nothing_about_a_figure(settings):
    """Neither when it is made, nor when it is drawn on later, nor when it is shown."""

    def draw():
        figure, (left, right) = new_figure(8, 3, ncols=2)
        left.plot([0, 1, 30], [1, 2, 300], label="line")
        left.plot([0, 1, 30], [1, 20, 30], color=COLORS["data"], label="another")
        left.set(xlabel="x", ylabel="y", title="title", xlim=(-5, 100), yscale="log")
        left.legend()
        left.text(50, 10, "a word")
        left.annotate("here", (1, 2), (50, 100), arrowprops={"arrowstyle": "->"})
        right.bar([-1, 2], [1, -3])
        right.set_xticks([-1, 0, 2])
        mesh = right.pcolormesh(np.arange(4.0).reshape(2, 2), alpha=0.5)
        figure.colorbar(mesh, ax=right, label="loss")
        figure.suptitle("above both")
        return encode_png(figure, dpi=150)

    plain, before = draw(), dict(rcParams)
    with matplotlib.style.context(settings):
        set_by_the_reader = dict(rcParams)
        assert draw() == plain
        assert dict(rcParams) == set_by_the_reader
    assert dict(rcParams) == before


def test_axes_can_be_shared_and_equal_as_plain_ones():
    _, axes = new_figure(2, 1)
    axes.twinx().set_ylim(0, 1)
    new_figure(2, 1)[1].set_aspect("equal", adjustable="datalim")


def test_every_seed_is_a_mark():
    figure, axes = new_figure(4, 3)
    results = np.array([[0.0, 1.0, 0.5], [0.2, 1.0, 0.7]])
    draw_seed_spread([1, 2, 4], {"rnn": results, "lstm": results[:1]}, axes)
    assert len(axes.lines) == (1 + 2) + (1 + 1)
    np.testing.assert_allclose(axes.lines[0].get_xydata(), [[1, 0.1], [2, 1.0], [4, 0.6]])
    np.testing.assert_array_equal([line.get_ydata() for line in axes.lines[1:3]], results)
    alone = axes.lines[4].get_xydata().T
    np.testing.assert_array_equal(alone, [[1, 2, 4], results[0]])  # one seed needs no room
    encode_png(figure)


def test_equal_results_of_five_seeds_are_five_marks():
    figure, axes = new_figure(8, 3.6)
    draw_seed_spread([1, 5, 10, 30], {"rnn": np.ones((5, 4))}, axes)
    figure.draw_without_rendering()
    marks = np.array([line.get_xdata() for line in axes.lines[1:]])  # (S, N)
    np.testing.assert_allclose(marks.mean(axis=0), [1, 5, 10, 30])
    pixels = axes.transData.transform(np.column_stack([marks.ravel(), np.ones(marks.size)]))
    apart = np.diff(pixels[:, 0].reshape(marks.shape), axis=0)
    assert apart.min() > 5  # of about 10 for a whole mark
    assert np.ptp(marks, axis=0).max() < 4  # and never as far as the next x


def test_a_picture_without_a_word_and_a_spread_of_nothing_are_refused():
    axes = new_figure(4, 3)[1]
    for wrong in ("", "  ", None):
        with pytest.raises(ValueError, match="alt must be a sentence"):
            show(axes.figure, alt=wrong)
    with pytest.raises(ValueError, match="runs must hold at least one model, got none"):
        draw_seed_spread([1, 2], {}, axes)
    with pytest.raises(ValueError, match=r"runs\['rnn'\] must have shape \(any, 2\)"):
        draw_seed_spread([1, 2], {"rnn": np.eye(3)}, axes)
