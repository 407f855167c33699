import gc
import io
import weakref

import numpy as np
import pytest
from PIL import Image

from rnn_helpers.cliff import compute_descent
from rnn_helpers.gradient_flow import compute_gradient_decay
from rnn_helpers.plots import COLORS, encode_png, image_bundle, new_figure, show
from rnn_helpers.plots.comparisons import draw_seed_spread
from rnn_helpers.plots.gradient_flow import (
    describe_descent,
    describe_gradient_decay,
    draw_descent,
    draw_gradient_decay,
)


def test_a_figure_is_let_go_with_its_last_user():
    figure, _ = new_figure(2, 1)
    encode_png(figure)
    gone = weakref.ref(figure)
    del figure, _
    gc.collect()
    assert gone() is None


def test_the_same_picture_is_the_same_bytes_and_shows_its_colours():
    def make():
        figure, axes = new_figure(3, 2)
        axes.plot([0, 1], [0, 1], color=COLORS["tanh"], linewidth=12)
        return encode_png(figure, dpi=150)

    png = make()
    assert png == make()
    picture = Image.open(io.BytesIO(png)).convert("RGB")
    assert picture.size == (450, 300)
    colors = {color for _, color in picture.getcolors(1 << 16)}
    assert (255, 255, 255) in colors
    wanted = np.array([0x00, 0x72, 0xB2])
    assert min(np.abs(np.array(color) - wanted).max() for color in colors) <= 3


def test_a_figure_is_shown_with_its_alternative_text(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **rest: shown.append((data, rest)))
    figure, _ = new_figure(2, 1)
    show(figure, alt='A line that "rises" < 1')
    ((data, rest),) = shown
    assert rest["raw"]
    assert set(data) == {"text/html", "image/png", "text/plain"}
    assert data["text/plain"] == 'A line that "rises" < 1'
    assert 'alt="A line that &quot;rises&quot; &lt; 1"' in data["text/html"]
    assert rest["metadata"]["image/png"]["alt"] == 'A line that "rises" < 1'
    for wrong in ("", "  ", None):
        with pytest.raises(ValueError, match="alt must be a sentence"):
            show(figure, alt=wrong)


def test_a_caption_stands_above_the_picture():
    page = image_bundle(b"png", alt="alt", width=10, caption="a < b")["text/html"]
    assert page.startswith("<p>a &lt; b</p><img ")


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (
            {"activation": "identity", "spectral_radius": 0.5, "kind": "orthogonal", "length": 10},
            "identity, ρ = 0.50: the gradient vanishes. After 10 steps it is 10⁻³ times what "
            "it was, and below 1 % from lag 7 on.",
        ),
        (
            {"activation": "identity", "spectral_radius": 2.0, "kind": "orthogonal", "length": 10},
            "identity, ρ = 2.00: the gradient explodes. After 10 steps it is 1,024 times what it "
            "was, and above 100-fold first at lag 7.",
        ),
        (
            {"activation": "identity", "spectral_radius": 1.0, "kind": "identity", "length": 2},
            "identity, ρ = 1.00: the gradient holds. After 2 steps it is 1 times what it was.",
        ),
    ],
)
def test_the_verdict_in_words(settings, sentence):
    assert describe_gradient_decay(compute_gradient_decay(**settings)) == sentence


def test_a_gradient_that_is_exactly_zero_is_drawn_and_said():
    decay = compute_gradient_decay(activation="relu", spectral_radius=0.0, length=5, hidden_size=3)
    assert "exactly 0" in describe_gradient_decay(decay)
    figure, axes = new_figure(4, 3)
    artists = draw_gradient_decay(decay, axes)
    assert np.isfinite(artists["measured"].get_ydata()).all()
    encode_png(figure)


def test_moving_a_drawing_equals_drawing_anew():
    first = compute_gradient_decay(activation="tanh", length=20)
    second = compute_gradient_decay(activation="relu", spectral_radius=1.8, length=150, seed=2)
    pictures = []
    for start in (first, second):
        figure, axes = new_figure(6, 3)
        artists = draw_gradient_decay(start, axes)
        assert draw_gradient_decay(second, axes, artists) is artists
        pictures.append(encode_png(figure))
    assert pictures[0] == pictures[1]


def test_the_descent_in_words_and_picture():
    clipped = compute_descent(max_norm=0.1, learning_rate=0.5, start=(5.5, -2.0))
    sentence = describe_descent(clipped)
    assert "the longest move is 372 (a gradient of norm 745), and the descent leaves" in sentence
    assert sentence.endswith("Clipped, the longest move is 0.05, and it stays on the map.")
    torn = compute_descent(max_norm=3.2, learning_rate=0.5, start=(5.5, -2.0))
    assert describe_descent(torn).endswith("is 1.6, and it leaves the map and comes back.")
    free = compute_descent(max_norm=1000.0, learning_rate=0.5, start=(5.5, -2.0))
    assert "none reaches θ, and the two paths are one. It leaves" in describe_descent(free)
    figure, axes = new_figure(8, 3, ncols=2)
    artists = draw_descent(clipped, axes)
    np.testing.assert_array_equal(artists["plain path"].get_xydata(), clipped.plain)
    draw_descent(free, axes, artists)
    np.testing.assert_array_equal(artists["clipped path"].get_xydata(), free.clipped)
    encode_png(figure)


def test_every_seed_is_a_mark():
    figure, axes = new_figure(4, 3)
    draw_seed_spread([1, 2, 3], {"rnn": np.eye(3), "lstm": np.ones((3, 3))}, axes)
    assert len(axes.lines) == 2 * (1 + 3)
    np.testing.assert_allclose(axes.lines[0].get_ydata(), 1 / 3)
    encode_png(figure)
    with pytest.raises(ValueError, match=r"runs\['rnn'\] must have shape \(any, 2\)"):
        draw_seed_spread([1, 2], {"rnn": np.eye(3)}, axes)
