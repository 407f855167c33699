"""The live figure without a browser: every value painted, nothing leaked, each failure said."""

import base64
import contextlib
import gc
import io
import re
import weakref
from pathlib import Path
from types import SimpleNamespace

import ipywidgets
import matplotlib.style
import numpy as np
import pytest
from ipywidgets.widgets.widget import _instances
from matplotlib.colors import to_rgb
from PIL import Image

from rnn_helpers import lectures
from rnn_helpers.display import live as live_module
from rnn_helpers.display.figures import COLORS
from rnn_helpers.display.live import choice, live, log_slider, slider, text_box
from tests.demo_bar import exercise_demo
from tests.notebooks import ROOT
from tools.demos import find_demos, list_settings, move_at_random

XS = np.linspace(0, 1, 50)
CREAM = (255, 247, 224)


def compute_wave(height, kind="sine"):
    if height == 7:
        raise ValueError("seven is too high: lower the height")
    if height == 8:
        return np.where(XS > 0.5, np.inf, height)
    return height * (np.sin(6 * XS) if kind == "sine" else XS)


def draw_wave(result, axes, artists=None):
    if artists is None:
        axes.set(xlim=(-0.1, 2.1), ylim=(-10, 10))  # the wave fills the left half
        axes.plot([1.2, 2.0], [-5, 5], color=COLORS["relu"])  # stays
        (line,) = axes.plot([], [], color=COLORS["tanh"], label="wave")
        artists = {"line": line, "title": axes.set_title("", loc="left")}
    artists["line"].set_data(XS, result)
    artists["title"].set_text(f"Up to {result.max():.0f}")
    return artists


def describe_wave(result):
    return f"The wave reaches {result.max():.3g}."


def make_wave(**options):
    kind = choice("kind", ["sine", "line"], "sine")
    controls = {"height": slider("height", 0, 9, 1, 3), "kind": kind}
    return live(compute_wave, draw_wave, controls, describe_wave, **options)


def make(compute, draw=draw_wave, start=0):
    return live(compute, draw, {"height": slider("height", 0, 9, 1, start)}, describe_wave)


@pytest.fixture
def wave():
    picture = make_wave()
    yield picture
    picture.close()


def read_pixels(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def read_frame(picture):
    return read_pixels(picture.png)


def read_still(picture):
    return read_pixels(base64.b64decode(picture._repr_mimebundle_()[0]["image/png"]))


def assert_it_says(picture, sentence):
    """An error stands on the figure and above it."""
    assert picture.error is not None
    assert picture.result is None
    assert picture.message.startswith(f"This setting cannot be shown: {sentence}")
    assert picture._caption.text == picture.message
    assert (read_frame(picture) == CREAM).all(axis=2).sum() > 1000  # the note


def test_every_value_is_painted_and_described(wave):
    assert wave.frames == 1
    pictures = {wave.png}
    for frames, height in enumerate((4, 5, 6, 2), 2):
        wave.controls["height"].value = height
        assert wave.frames == frames
        assert wave.result.max() == pytest.approx(height, rel=1e-2)
        assert wave.message == f"The wave reaches {wave.result.max():.3g}."
        assert wave.artists["line"].get_ydata().max() == wave.result.max()
        pictures.add(wave.png)
    assert len(pictures) == 5


def test_the_value_meant_is_computed_not_the_one_that_a_browser_sends():
    controls = {"x": slider("x", 0.1, 2.0, 0.01, 0.5)}
    picture = live(lambda x: np.full(50, x), draw_wave, controls, describe_wave)
    for sent, meant in ((0.8999999999999998, 0.9), (1.0000000000000002, 1.0)):
        picture.controls["x"].value = sent
        assert picture.result[0] == meant
    picture.close()


def test_reset_puts_all_back_to_the_byte_with_one_repaint(wave):
    first = wave.png
    wave.controls["height"].value = 9
    wave.controls["kind"].value = "line"
    assert wave.png != first
    (button,) = [w for w in wave.children[0].children if isinstance(w, ipywidgets.Button)]
    button.click()
    assert [control.value for control in wave.controls.values()] == [3, "sine"]
    assert (wave.frames, wave.png) == (4, first)


def test_held_changes_are_one_repaint_even_around_a_reset(wave):
    with wave.hold_repaint():
        wave.controls["height"].value = 5
        wave.reset()
        wave.controls["height"].value = 6
        assert wave.frames == 1
    assert wave.frames == 2
    assert wave.message == "The wave reaches 6."


def test_only_the_changed_artists_are_redrawn(wave, monkeypatch):
    monkeypatch.setattr(wave.figure.canvas, "draw", pytest.fail)  # that of the whole figure
    before = read_frame(wave)
    wave.controls["height"].value = 9
    after = read_frame(wave)
    changed = np.argwhere((before != after).any(axis=2))
    wave_ends = wave.figure.axes[0].transData.transform([(1.05, 0)])[0, 0]
    assert len(changed) > 1000
    assert changed[:, 1].max() < wave_ends
    assert (before[:, int(wave_ends) :] != 255).any()  # there is something to leave alone


def test_a_frame_has_the_size_asked_for():
    with contextlib.closing(make_wave(width=6.4, height=3.0)) as picture:
        dpi = live_module._DPI
        assert read_frame(picture).shape == (round(3.0 * dpi), round(6.4 * dpi), 3)
        assert picture.image.layout.width == "640px"


def scale(color):
    return np.round(np.multiply(to_rgb(color), 255))


def test_the_palette_keeps_the_colours_and_has_black_and_every_house_colour(wave):
    rendered = np.asarray(wave.figure.canvas.buffer_rgba())[..., :3].astype(int)
    error = np.abs(read_frame(wave) - rendered)
    for color in ("white", COLORS["tanh"], COLORS["relu"]):  # the wave, the line that stays
        pixels = (rendered == scale(color)).all(axis=2)
        assert pixels.any(), color
        assert error[pixels].max() == 0, color
    assert error.mean() < 0.5
    assert (error.max(axis=2) > 24).mean() < 0.005
    written = np.frombuffer(wave._colors, np.uint8).reshape(-1, 3)
    assert len(written) <= 256
    for color in ("white", "black", *COLORS.values()):
        assert (written == scale(color)).all(axis=1).any(), color


def test_an_error_becomes_a_sentence_and_the_next_value_recovers(wave, monkeypatch):
    good = wave.png
    wave.controls["height"].value = 7
    assert_it_says(wave, "seven is too high: lower the height")
    wave.controls["height"].value = 3
    assert (wave.error, wave.message, wave.png) == (None, "The wave reaches 3.", good)
    monkeypatch.setattr(wave, "_describe", lambda result: result["missing"])
    wave.controls["height"].value = 4  # a mistake in the code is a sentence too
    assert_it_says(wave, "only integers")


@pytest.mark.parametrize("sentence", ["the price $x$ of $\\foo{$ is odd", "50 $ or 60 $"])
def test_a_sentence_with_dollars_is_no_formula(sentence):
    def compute(height):
        if height:
            raise ValueError(sentence)
        return XS

    with contextlib.closing(make(compute)) as picture:
        picture.controls["height"].value = 1
        assert_it_says(picture, sentence)
        picture.controls["height"].value = 0
        assert picture.error is None


def draw_torn(result, axes, artists=None):
    """Matplotlib takes a line of unequal lengths, and refuses when it is to draw it."""
    artists = draw_wave(result, axes, artists)
    artists["line"].set_data(XS, result[: 20 if result.max() > 8 else 50])
    return artists


def test_what_cannot_be_drawn_is_said_and_the_next_value_recovers():
    with contextlib.closing(make(compute_wave, draw_torn, start=3)) as picture:
        good = picture.png
        picture.controls["height"].value = 9
        assert_it_says(picture, "")
        picture.controls["height"].value = 3
        assert (picture.error, picture.png) == (None, good)


def test_an_error_at_the_first_values_is_raised():
    with pytest.raises(ValueError):  # noqa: PT011, the sentence is Matplotlib's
        make(compute_wave, draw_torn, start=9)
    with pytest.raises(ValueError, match="seven is too high"):
        make(compute_wave, start=7)


def test_values_that_are_not_finite_are_said(wave):
    clean = read_frame(wave)
    wave.controls["height"].value = 8
    assert wave.error is None
    assert wave._caption.text == (
        "The wave reaches inf. 25 of 50 values of “wave” are not finite: they overflow, undrawn."
    )
    assert wave._repr_mimebundle_()[0]["text/plain"] == wave._caption.text
    assert (read_frame(wave) == CREAM).all(axis=2).sum() > 1000
    assert not (clean == CREAM).all(axis=2).any()
    wave.controls["height"].value = 9
    assert wave._caption.text == wave.message


def test_an_overflow_in_compute_gives_no_warning():
    def overflow(height):
        return np.exp(np.full(50, 1000.0 * height))

    with contextlib.closing(make(overflow)) as picture:
        picture.controls["height"].value = 9
        assert "not finite" in picture._caption.text


@pytest.mark.parametrize(("control", "error", "message"), [
    (slider("x", 0, 1, 0.1, 2), ValueError, "size must be a finite number from 0 to 1, got 2"),
    (slider("x", 0, 10, 1, 11), ValueError, "size must be an integer from 0 to 10, got 11"),
    (slider("x", 0, 1, 0.1, "a"), TypeError, "size must be a finite number from 0 to 1, got 'a'"),
    (slider("x", 0, np.inf, 0.1, 0), ValueError, "maximum must be a finite number, got inf"),
    (slider("x", 0, 1, 0, 0), ValueError, "step must be a finite number greater than 0, got 0"),
    (log_slider("x", 0, 1, 1), ValueError, "minimum must be a finite number greater than 0, got 0"),
    (log_slider("x", 0.1, 1, 5), ValueError, "size must be a finite number from 0.1 to 1, got 5"),
    (log_slider("x", 0.1, 1, 1, steps_per_decade=0), ValueError,
     "steps_per_decade must be an integer of at least 1, got 0"),
    (choice("x", [("all", None)], None), ValueError,
     "options must not hold None, got [('all', None)]"),
    (choice("x", ["a", "b"], "c"), ValueError, "size must be one of 'a', 'b', got 'c'"),
    (text_box("x", 3), TypeError, "size must be a text, got 3"),
    (3, TypeError, "controls['size'] must be a slider or a choice, got int"),
    ({}, ValueError, "controls must hold one to four controls, got 0"),
    (dict.fromkeys("abcde"), ValueError, "controls must hold one to four controls, got 5"),
    ([slider("x", 0, 9, 1, 3)], TypeError, "controls must be a dict of controls, got list"),
])  # fmt: skip
def test_a_control_that_is_refused_is_named_by_its_argument(control, error, message):
    controls = control if isinstance(control, dict | list) else {"size": control}
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        live(compute_wave, draw_wave, controls, describe_wave)
    gc.collect()  # what was begun goes without "Exception ignored in __del__", an error here


def test_sliders_keep_whole_numbers_whole():
    assert isinstance(slider("x", 0, 10, 1, np.int64(3)).make("x"), ipywidgets.IntSlider)
    assert isinstance(slider("x", 0, 1, 0.1, 0.5).make("x"), ipywidgets.FloatSlider)
    assert choice("x", [("one", 1), ("two", 2)], 2).make("x").value == 2
    decades = log_slider("x", 0.01, 1, 0.1, steps_per_decade=1).make("x")
    assert list_settings(decades) == pytest.approx([0.01, 0.1, 1])


def test_the_caption_names_every_control_and_the_picture(wave):
    caption = wave.children[1]
    assert caption.names == {wave.controls[name].model_id: name for name in ("height", "kind")}
    assert caption.image == wave.image.model_id
    assert caption.text == wave.message


def test_what_is_stored_is_a_still_picture_with_its_sentence(wave):
    wave.controls["height"].value = 5
    bundle, metadata = wave._repr_mimebundle_()
    assert bundle["text/plain"] == wave.message == "The wave reaches 5."
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert f'alt="{wave.message}"' in bundle["text/html"]
    assert f"data:image/png;base64,{bundle['image/png']}" in bundle["text/html"]
    assert metadata["image/png"] == {"alt": wave.message, "width": 800}
    assert read_still(wave).shape == (630, 1200, 3)


@pytest.mark.parametrize("style", ["dark_background", "ggplot"])
def test_global_state_decides_nothing_about_a_live_picture(style, wave):
    """One that is made, dragged and stored among a reader's own settings."""
    with matplotlib.style.context(style):
        styled = make_wave()
        assert styled.png == wave.png
        for height in (5, 7, 8):
            wave.controls["height"].value = styled.controls["height"].value = height
            assert styled.png == wave.png
        stills = [picture._repr_mimebundle_()[0]["image/png"] for picture in (styled, wave)]
        assert stills[0] == stills[1]
        styled.close()


@pytest.mark.parametrize("height", [3, 7, 8, 4])
def test_the_stored_picture_is_the_one_on_screen(wave, height):
    """A good value, an error, an overflow; and a good value after a still of an error."""
    if height == 4:
        wave.controls["height"].value = 7
        read_still(wave)
    wave.controls["height"].value = height
    frame, screen, still = wave.png, read_frame(wave), read_still(wave)
    wave.controls["height"].value = 5
    wave.controls["height"].value = height
    assert wave.png == frame  # storing leaves the frames alone
    blue = scale(COLORS["tanh"])
    for color in (CREAM, blue):
        shares = [(np.abs(pixels - color).max(axis=2) < 12).mean() for pixels in (screen, still)]
        assert shares[1] == pytest.approx(shares[0], rel=0.5, abs=2e-4), color
    assert ((np.abs(still - CREAM).max(axis=2) < 12).sum() > 1000) == (height in (7, 8))
    assert (np.abs(still - blue).max(axis=2) < 12).any() == (height != 7)


def test_close_releases_the_figure_and_every_widget():
    make_wave().close()  # what is created once and kept
    gc.collect()
    before = set(_instances)
    picture = make_wave()
    figure = weakref.ref(picture.figure)
    assert len(_instances) > len(before) + 5
    picture.close()
    gc.collect()
    assert set(_instances) == before
    assert figure() is None  # although `picture` is still there, as in IPython's Out
    picture.close()  # a second time is no error


def test_a_closed_picture_says_so_and_is_deaf(wave):
    wave.controls["height"].value = 5
    height = wave.controls["height"]
    wave.close()
    assert wave._repr_mimebundle_() == {"text/plain": "This picture is closed; run the cell again."}
    wave.reset()
    assert height.value == 5
    with wave.hold_repaint():
        height.value = 6
    assert wave.frames == 2


def run_cell(monkeypatch, cell, message, session="page"):
    header = {"msg_id": message, "session": session}
    parent = {"header": header, "metadata": {"cellId": cell}}
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(get_parent=lambda: parent))


def test_running_a_cell_again_closes_its_earlier_pictures(monkeypatch):
    monkeypatch.setattr(live_module, "_pictures_by_cell", {})
    run_cell(monkeypatch, "one", "first run")
    first, beside = make_wave(), make_wave()  # two in one cell stay together
    run_cell(monkeypatch, "two", "another cell")
    other = make_wave()
    assert None not in (first.comm, beside.comm, other.comm)
    run_cell(monkeypatch, "one", "second run")
    again = make_wave()
    assert first.figure is beside.figure is None
    assert None not in (again.figure, other.figure)
    again.close()
    other.close()


def test_a_name_that_two_documents_share_is_not_one_place(monkeypatch):
    """A lecture and its copy, with the same cell ids, on one kernel."""
    monkeypatch.setattr(live_module, "_pictures_by_cell", {})
    run_cell(monkeypatch, "one", "run of the lecture", session="lecture")
    picture = make_wave()
    run_cell(monkeypatch, "one", "run of the copy", session="copy")
    copy = make_wave()
    assert picture.figure is not None
    run_cell(monkeypatch, "one", "second run of the copy", session="copy")
    again = make_wave()
    assert picture.figure is not None
    assert copy.figure is None
    picture.close()
    again.close()


@pytest.mark.parametrize("parent", [None, {}, {"metadata": None}, {"metadata": {}}])
def test_a_front_end_that_names_no_cell_is_no_error(parent, monkeypatch):
    monkeypatch.setattr("IPython.get_ipython", lambda: SimpleNamespace(get_parent=lambda: parent))
    make_wave().close()


def test_the_bar_for_demos_sees_what_is_wrong(monkeypatch):
    with pytest.raises(AssertionError, match="seven is too high"):
        exercise_demo(make_wave, moves=100)
    monkeypatch.setattr(live_module.Live, "_paint", lambda self: None)
    with pytest.raises(AssertionError):
        exercise_demo(make_wave, moves=1)


def test_demos_are_found_and_moved():
    assert "vanishing_and_exploding_gradients.gradient_decay_demo" in find_demos()
    with contextlib.closing(make(lambda height: np.full(50, float(height)))) as picture:
        seen = set()
        rng = np.random.default_rng(0)
        for _ in range(200):
            move_at_random(picture, rng)
            seen.add(picture.controls["height"].value)
    assert seen == set(range(10))


@pytest.mark.parametrize("name", find_demos())
def test_each_demo_stands_a_rough_hand(name):
    exercise_demo(find_demos()[name]).close()


def test_demos_of_trained_models_stand_one_in_their_own_tests():
    folder = Path(lectures.__file__).parent
    made = {
        (path.parent.name, name)
        for path in folder.glob("*/demos.py")
        for name in re.findall(r"^def (\w+_demo)\(", path.read_text(encoding="utf-8"), re.MULTILINE)
    }
    rest = made - {tuple(name.split(".")) for name in find_demos()}
    assert ("language_models", "sampling_demo") in rest
    for lecture, name in rest:
        path = ROOT / "tests" / "lectures" / lecture / "test_demos.py"
        source = path.read_text(encoding="utf-8")
        assert "exercise_demo(" in source, name
        assert name in source
