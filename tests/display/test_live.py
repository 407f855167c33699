"""The live figure without a browser: every value painted, nothing leaked, each failure said."""

import asyncio
import base64
import contextlib
import gc
import io
import json
import re
import threading
import time
import weakref
from pathlib import Path
from types import SimpleNamespace

import ipywidgets
import matplotlib.style
import numpy as np
import pytest
from IPython.core.events import EventManager, available_events
from ipywidgets.widgets.widget import _instances
from matplotlib.colors import to_rgb
from PIL import Image

from rnn_helpers import lectures
from rnn_helpers.display import live as live_module
from rnn_helpers.display.controls import find_step, list_settings
from rnn_helpers.display.figures import COLORS
from rnn_helpers.display.layouts import make_narrow
from rnn_helpers.display.live import choice, live, log_slider, slider, stepper, text_box
from tests.demo_bar import exercise_demo
from tests.notebooks import ROOT
from tools.demos import find_demos, find_untrained_demos, move_at_random

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


def make_shell(parent):
    """What a picture asks of IPython."""
    return SimpleNamespace(get_parent=lambda: parent, events=EventManager(None, available_events))


def read_marks(picture):
    """What the page is shown: a name for each style, with the data."""
    frame = picture.stage.frame
    styles = [json.dumps(style) for style in frame["styles"]]
    return [(styles[place], *data) for place, *data in frame["marks"]["wide"]]


def read_texts(picture):
    return " ".join(mark[3] for mark in read_marks(picture) if '"text"' in mark[0])


def has_note(picture):
    return any('"note"' in style for style, *_ in read_marks(picture))


def read_still(picture):
    png = base64.b64decode(picture._repr_mimebundle_()[0]["image/png"])
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def assert_it_says(picture, sentence):
    """An error stands on the figure and above it."""
    assert picture.error is not None
    assert picture.result is None
    assert picture.message.startswith(f"This setting cannot be shown: {sentence}")
    assert picture.text == picture.message
    assert has_note(picture)
    assert read_texts(picture) == picture.message


def test_every_value_is_painted_and_described(wave):
    assert wave.frames == 1
    pictures = [read_marks(wave)]
    for frames, height in enumerate((4, 5, 6, 2), 2):
        wave.controls["height"].value = height
        assert wave.frames == frames
        assert wave.result.max() == pytest.approx(height, rel=1e-2)
        assert wave.message == f"The wave reaches {wave.result.max():.3g}."
        assert wave.artists["line"].get_ydata().max() == wave.result.max()
        assert read_marks(wave) not in pictures
        pictures.append(read_marks(wave))


def test_the_value_meant_is_computed_not_the_one_that_a_browser_sends():
    controls = {"x": slider("x", 0.1, 2.0, 0.01, 0.5)}
    picture = live(lambda x: np.full(50, x), draw_wave, controls, describe_wave)
    for sent, meant in ((0.8999999999999998, 0.9), (1.0000000000000002, 1.0)):
        picture.controls["x"].value = sent
        assert picture.result[0] == meant
    picture.close()


def test_reset_puts_all_back_with_one_repaint(wave):
    first = read_marks(wave)
    wave.controls["height"].value = 9
    wave.controls["kind"].value = "line"
    assert read_marks(wave) != first
    (button,) = [w for w in wave.children[0].children if isinstance(w, ipywidgets.Button)]
    button.click()
    assert [control.value for control in wave.controls.values()] == [3, "sine"]
    assert (wave.frames, read_marks(wave)) == (4, first)


def test_held_changes_are_one_repaint_even_around_a_reset(wave):
    with wave.hold_repaint():
        wave.controls["height"].value = 5
        wave.reset()
        wave.controls["height"].value = 6
        assert wave.frames == 1
    assert wave.frames == 2
    assert wave.message == "The wave reaches 6."


def test_only_what_moves_is_drawn_and_sent(wave, monkeypatch):
    monkeypatch.setattr(wave.figure, "draw", pytest.fail)  # that of the whole figure
    still = json.dumps(wave.stage.layouts)
    wave.controls["height"].value = 9
    strokes = [json.loads(style).get("stroke") for style, *_ in read_marks(wave)]
    assert strokes == ["blue", None]  # the wave, its title
    assert read_texts(wave) == "Up to 9"
    assert json.dumps(wave.stage.layouts) == still
    assert '"red"' in still


def test_a_picture_has_the_size_asked_for():
    with contextlib.closing(make_wave(width=6.4, height=3.0)) as picture:
        still = picture.stage.layouts["wide"]
        assert (still["width"], still["height"]) == (640, 300)
        assert picture.stage.layout.width == "640px"


def test_an_error_becomes_a_sentence_and_the_next_value_recovers(wave, monkeypatch):
    good = read_marks(wave)
    wave.controls["height"].value = 7
    assert_it_says(wave, "seven is too high: lower the height")
    wave.controls["height"].value = 3
    assert (wave.error, wave.message, read_marks(wave)) == (None, "The wave reaches 3.", good)
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
        good = read_marks(picture)
        picture.controls["height"].value = 9
        assert_it_says(picture, "")
        picture.controls["height"].value = 3
        assert (picture.error, read_marks(picture)) == (None, good)


def test_an_error_at_the_first_values_is_raised():
    with pytest.raises(ValueError):  # noqa: PT011, the sentence is Matplotlib's
        make(compute_wave, draw_torn, start=9)
    with pytest.raises(ValueError, match="seven is too high"):
        make(compute_wave, start=7)


def test_values_that_are_not_finite_are_said(wave):
    assert not has_note(wave)
    wave.controls["height"].value = 8
    assert wave.error is None
    assert wave.text == (
        "The wave reaches inf. 25 of 50 values of “wave” are not finite: they overflow, undrawn."
    )
    assert wave._repr_mimebundle_()[0]["text/plain"] == wave.text
    assert has_note(wave)
    assert "not finite" in read_texts(wave)
    wave.controls["height"].value = 9
    assert wave.text == wave.message


def test_an_overflow_in_compute_gives_no_warning():
    def overflow(height):
        return np.exp(np.full(50, 1000.0 * height))

    with contextlib.closing(make(overflow)) as picture:
        picture.controls["height"].value = 9
        assert "not finite" in picture.text


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
    (stepper("x", 4, 5), ValueError, "size must be an integer from 0 to 4, got 5"),
    (stepper("x", 0), ValueError, "last must be an integer of at least 1, got 0"),
    (stepper("x", 4, 0, first=1), ValueError, "size must be an integer from 1 to 4, got 0"),
    (stepper("x", 2, 2, first=2), ValueError, "last must be an integer of at least 3, got 2"),
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


@pytest.mark.parametrize("control", [
    slider("x", 3, 9, 2, 3), slider("x", -2.0, 6.0, 0.05, 0.0), log_slider("x", 0.01, 1000, 0.1),
    stepper("x", 5), stepper("x", 5, 2, first=1), choice("x", [("one", 1), ("two", 2)], 2),
])  # fmt: skip
def test_every_setting_of_a_control_has_its_own_step(control):
    widget = control.make("x")
    settings = list_settings(widget)
    assert len(settings) > 1
    for step, setting in enumerate(settings):
        widget.value = setting
        assert find_step(widget) == step
    assert find_step(text_box("x", "typed").make("x")) == "typed"


def test_the_stage_names_every_control_and_has_the_sentence(wave):
    stage = wave.children[1]
    assert stage.controls == [
        [wave.controls[name].model_id, name, False] for name in ("height", "kind")
    ]
    assert stage.frame["text"] == wave.message


def test_any_setting_can_be_recorded_without_moving_the_picture(wave):
    wave.controls["height"].value = 6
    shown, line = read_marks(wave), wave.artists["line"].get_ydata().copy()
    ((text, marks),) = wave.record(["wide", "narrow"], [{"height": 2, "kind": "line"}])
    assert text == "The wave reaches 2."
    assert set(marks) == {"wide", "narrow"}
    assert marks["wide"] != marks["narrow"]
    np.testing.assert_array_equal(wave.artists["line"].get_ydata(), line)
    assert (read_marks(wave), wave.message, wave.result.max()) == (shown, wave.text, line.max())
    ((text, _),) = wave.record(["wide"], [{"height": 7, "kind": "sine"}])
    assert text == "This setting cannot be shown: seven is too high: lower the height"
    wave.controls["height"].value = 2
    wave.controls["kind"].value = "line"
    ((_, marks),) = wave.record(["wide"], [{"height": 2, "kind": "line"}])
    assert json.loads(json.dumps(marks["wide"])) == [
        [json.loads(style), data] for style, *data in read_marks(wave)
    ]


def test_a_narrow_page_gets_its_layout_when_it_asks(wave):
    assert set(wave.stage.layouts) == set(wave.stage.frame["marks"]) == {"wide"}
    wave.controls["height"].value = 7
    wave._open_view("narrow")  # also where there is nothing to show just now
    assert set(wave.stage.layouts) == set(wave.stage.frame["marks"]) == {"wide", "narrow"}
    wave.controls["height"].value = 5
    assert wave.stage.layouts["narrow"]["width"] == 420
    assert wave.error is None
    frames = wave.frames
    wave._open_view("<no layout>")
    assert wave.frames == frames


def test_what_is_recorded_ahead_is_what_would_have_been_shown(monkeypatch):
    """Every step, by the page's own key; an error and an overflow among them."""
    sent = []

    async def run():
        with contextlib.closing(make_wave()) as picture:
            monkeypatch.setattr(picture.stage, "send", sent.append)
            picture.controls["height"].value = 4
            await asyncio.sleep(0.3)
            assert sent == []  # no page looks at it
            picture._open_view("wide")
            while sum(len(message["frames"]) for message in sent) < 10:
                await asyncio.sleep(0.01)
            assert picture.controls["height"].value == 4
            assert picture.artists["line"].get_ydata().max() == pytest.approx(4, rel=1e-2)
            kept = {}
            for message in sent:
                assert (message["kind"], message["group"]) == ("frames", "[0]")
                for step, (text, marks) in message["frames"].items():
                    kept[step] = text, message["styles"], marks
            for step in range(10):
                picture.controls["height"].value = step
                frame = picture.stage.frame
                text, styles, marks = kept[step]
                assert text == frame["text"]
                shown = [(styles[n], data) for n, *data in marks["wide"]]
                assert shown == [(frame["styles"][n], data) for n, *data in frame["marks"]["wide"]]

    asyncio.run(run())


def test_a_control_that_moves_while_frames_are_recorded_spoils_none(wave, monkeypatch):
    """Until the repaint that it waits for, the frames are those of where it stood."""
    sent = []

    async def run():
        with contextlib.closing(make_wave()) as picture:
            monkeypatch.setattr(picture.stage, "send", sent.append)
            picture._open_view("wide")
            with picture.hold_repaint():
                picture.controls["kind"].value = "line"
                while sum(len(message["frames"]) for message in sent) < 10:
                    await asyncio.sleep(0.01)

    asyncio.run(run())
    for message in sent:
        assert message["group"] == "[0]"
        for step, (_, marks) in message["frames"].items():
            ((_, wanted),) = wave.record(["wide"], [{"height": step, "kind": "sine"}])
            shown = [(message["styles"][n], data) for n, *data in marks["wide"]]
            assert shown == wanted["wide"]


def test_what_is_typed_first_is_followed_and_not_foreseen():
    controls = {"kind": text_box("kind", "line"), "height": slider("height", 0, 9, 1, 3)}
    with contextlib.closing(live(compute_wave, draw_wave, controls, describe_wave)) as picture:
        picture._open_view("wide")
        picture.controls["kind"].value = "sine"
        assert picture._ahead._steps == []


def test_a_cell_that_changes_what_compute_reads_is_seen(monkeypatch):
    """As a model that is trained on: what was recorded is true no more."""
    shell = make_shell(None)
    monkeypatch.setattr(live_module, "get_ipython", lambda: shell)
    scale, sent = [1], []
    with contextlib.closing(make(lambda height: scale[0] * np.full(50, height / 10))) as picture:
        monkeypatch.setattr(picture.stage, "send", sent.append)
        picture.controls["height"].value = 5
        scale[0] = 2
        shell.events.trigger("post_run_cell", None)
        assert picture.message == "The wave reaches 0.5."  # no page looks at it
        picture._open_view("wide")
        assert picture.message == "The wave reaches 1."
        picture._ahead._stored["[]"].add(3)
        frames = picture.frames
        shell.events.trigger("post_run_cell", None)
        assert (picture.frames, sent) == (frames, [])  # nothing has changed
        scale[0] = 4
        shell.events.trigger("post_run_cell", None)
        assert picture.message == "The wave reaches 2."
        assert sent == [{"kind": "forget", "groups": ["[]"]}]
    shell.events.trigger("post_run_cell", None)  # closed, and deaf


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
        assert read_marks(styled) == read_marks(wave)
        for height in (5, 7, 8):
            wave.controls["height"].value = styled.controls["height"].value = height
            assert read_marks(styled) == read_marks(wave)
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
    frame, still = read_marks(wave), read_still(wave)
    wave.controls["height"].value = 5
    wave.controls["height"].value = height
    assert read_marks(wave) == frame  # storing leaves the frames alone
    blue = np.round(np.multiply(to_rgb(COLORS["tanh"]), 255))
    assert ((np.abs(still - CREAM).max(axis=2) < 12).sum() > 1000) == (height in (7, 8))
    assert (np.abs(still - blue).max(axis=2) < 12).any() == (height != 7)
    assert has_note(wave) == (height in (7, 8))
    assert any('"blue"' in style for style, *_ in frame) == (height != 7)


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


def test_closing_lets_a_sliders_thread_finish_its_picture():
    begun = threading.Event()

    def compute(height):
        if height == 5:
            begun.set()
            time.sleep(0.2)
        return np.full(50, float(height))

    picture = make(compute)
    thread = threading.Thread(target=picture.controls["height"].set_trait, args=("value", 5))
    thread.start()
    assert begun.wait(10)
    picture.close()
    thread.join()
    assert (picture.error, picture.message) == (None, "The wave reaches 5.")


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
    monkeypatch.setattr(live_module, "get_ipython", lambda: make_shell(parent))


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
    monkeypatch.setattr(live_module, "get_ipython", lambda: make_shell(parent))
    make_wave().close()


def test_the_bar_for_demos_sees_what_is_wrong(monkeypatch):
    with pytest.raises(AssertionError, match="seven is too high"):
        exercise_demo(make_wave, moves=100)
    monkeypatch.setattr(live_module.Live, "_follow", lambda *_: None)
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
    assert {".".join(name) for name in rest} == find_untrained_demos().keys()
    for lecture, name in rest:
        path = ROOT / "tests" / "lectures" / lecture / "test_demos.py"
        source = path.read_text(encoding="utf-8")
        assert "exercise_demo(" in source, name
        assert name in source


def test_parts_are_told_with_the_marks_that_belong_to_them():
    def draw(result, axes, artists=None):
        artists = draw_wave(result, axes, artists)
        artists["line"].set_gid("wave")
        return artists

    parts = {"wave": "what goes up and down", "axis": "what stays"}
    controls = {"height": stepper("height", 6, 3)}
    with contextlib.closing(live(compute_wave, draw, controls, describe_wave, parts=parts)) as demo:
        assert demo.stage.parts == [list(part) for part in parts.items()]
        assert demo.stage.controls[0][1:] == ["height", True]
        styles = demo.stage.frame["styles"]
        assert [style.get("part") for style in styles] == ["wave", None]


def test_an_entry_of_a_legend_lights_with_what_it_names_on_a_phone_too():
    def draw(result, axes, artists=None):
        if artists is None:
            axes.bar([1, 2], [1, 2], label="bars", gid="heights")
            axes.plot([0, 3], [1, 1], label="a line of several words that a phone has to break",
                      gid="level")  # fmt: skip
            axes.plot([0, 3], [2, 2], label="not a part")
            axes.legend()
        return draw_wave(result, axes, artists)

    controls = {"height": slider("h", 0, 9, 1, 3)}
    with contextlib.closing(live(compute_wave, draw, controls, describe_wave)) as demo:
        demo.record(["narrow"], [])
        for layout, lines in (("wide", 1), ("narrow", 2)):
            still = demo.get_still(layout)
            said = [(data[2], style.get("part")) for style, data in _read(still)]
            assert ("bars", "heights") in said
            assert ("not a part", None) in said
            assert sum(part == "level" for _, part in said) == lines
            shapes = [s.get("part") for s, _ in _read(still, kind="path")]
            assert [shapes.count(part) for part in ("heights", "level")] == [3, 2]


def _read(still, kind="text"):
    marks = ((still["styles"][place], data) for place, *data in still["marks"])
    return [(style, data) for style, data in marks if style["kind"] == kind]


def test_the_bar_for_demos_sees_a_part_that_lights_nothing():
    def make_unlit():
        controls = {"height": slider("h", 0, 5, 1, 3)}
        return live(compute_wave, draw_wave, controls, describe_wave, parts={"wave": "moves"})

    with pytest.raises(AssertionError, match="parts that light nothing, wide"):
        exercise_demo(make_unlit, moves=0)


@pytest.mark.parametrize(("parts", "error", "message"), [
    ([("wave", "moves")], TypeError, "parts must be a dict of texts, got list"),
    ({"wave": ""}, ValueError, "parts must hold names and what they do, got 'wave': ''"),
    ({3: "moves"}, ValueError, "parts must hold names and what they do, got 3: 'moves'"),
])  # fmt: skip
def test_parts_that_are_refused_are_said(parts, error, message):
    with pytest.raises(error, match=f"^{re.escape(message)}$"):
        live(
            compute_wave, draw_wave, {"height": slider("h", 0, 9, 1, 3)}, describe_wave, parts=parts
        )


@pytest.mark.parametrize(
    ("height", "nrows", "wanted"), [(4.2, 1, 3.0), (2.7, 1, 2.7), (4.8, 2, 2.4)]
)
def test_no_panel_is_higher_on_a_phone_than_elsewhere(height, nrows, wanted):
    def draw(_result, axes, _artists):
        return {"line": np.ravel(axes)[0].plot([0, 1])[0]}

    layout = make_narrow(draw, None, height=height, nrows=nrows, ncols=2)
    assert layout.still["width"] == 420
    assert layout.still["height"] == round(100 * (0.6 + 2 * nrows * wanted))
