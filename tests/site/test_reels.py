"""What is recorded of a demo for the site: which settings, in which scripts, the same bytes."""

import base64
import contextlib
import gzip
import json
import re

import nbformat
import numpy as np
import pytest

from rnn_helpers.display.controls import choice, log_slider, slider, text_box
from rnn_helpers.display.live import live
from tools.demos import find_demos, find_untrained_demos
from tools.site import record
from tools.site.record import NOTEBOOKS, compute_hash
from tools.site.reels import COUNTS, LAYOUTS, Reels, choose_places


def compute(height, size, kind, words):
    if height == 2:
        raise ValueError("two is not allowed")
    return np.full(5, height * size) if kind == "flat" else np.arange(5.0) * len(words)


def draw(result, axes, artists=None):
    if artists is None:
        axes.set(xlim=(0, 4), ylim=(-5, 50))
        artists = {"line": axes.plot([], [])[0]}
    artists["line"].set_data(np.arange(5), result)
    return artists


@pytest.fixture
def demo():
    controls = {
        "height": slider("height", 0, 3, 1, 1), "size": log_slider("size", 0.1, 10, 1),
        "kind": choice("kind", ["flat", "steep"], "steep"), "words": text_box("words", "abc"),
    }  # fmt: skip
    picture = live(compute, draw, controls, lambda result: f"It ends at {result[-1]:.3g}.")
    yield picture
    picture.close()


def read(path):
    name, key, packed = re.fullmatch(
        r'rnnReel\("(.*)","(.*)","(.*)"\);\n', path.read_text()
    ).groups()
    return name, key, json.loads(gzip.decompress(base64.b64decode(packed)))


def test_every_step_of_the_first_control_is_recorded_in_every_group(demo, tmp_path):
    reels = Reels(demo, "01_test/0", "test_demo")
    assert reels.settings["height"] == [0, 1, 2, 3]
    assert reels.settings["size"] == pytest.approx([0.1, 10**-0.5, 1, 10**0.5, 10])
    assert reels.settings["kind"] == ["flat", "steep"]
    assert reels.settings["words"] == ["abc"]
    assert reels.write(tmp_path) == 4 * 5 * 2 * len(LAYOUTS)
    assert len(list(tmp_path.iterdir())) == 1 + 5 * 2 * len(LAYOUTS)
    for place, size in enumerate(reels.settings["size"]):
        name, key, reel = read(tmp_path / f"narrow-{place}-0-0.js")
        assert (name, key) == ("01_test/0", f"narrow-{place}-0-0")
        assert [text for text, _ in reel["frames"]] == [
            "It ends at 0.",
            f"It ends at {size:.3g}.",
            "This setting cannot be shown: two is not allowed",
            f"It ends at {3 * size:.3g}.",
        ]


def test_the_page_is_told_all_controls_and_has_the_start_at_once(demo, tmp_path):
    demo.controls["height"].value = 3  # the start is where the lecture has it
    Reels(demo, "01_test/0", "test_demo").write(tmp_path)
    _, _, index = read(tmp_path / "index.js")
    kinds = [(c["label"], c["kind"], c["texts"], c["start"]) for c in index["controls"]]
    assert kinds == [
        ("height", "slider", ["0", "1", "2", "3"], 3),
        ("size", "slider", ["0.1", "0.316", "1", "3.16", "10"], 2),
        ("kind", "choice", ["flat", "steep"], 1),
        ("words", "typed", ["abc"], 0),
    ]
    assert index["longest"] == "This setting cannot be shown: two is not allowed"
    for layout in LAYOUTS:
        assert index["layouts"][layout] == json.loads(json.dumps(demo.get_still(layout)))
        _, _, reel = read(tmp_path / f"{layout}-2-1-0.js")
        assert index["start"][layout]["frames"] == [reel["frames"][3]]


def test_a_readout_has_a_minus_sign_as_the_sentences_do(tmp_path):
    picture = live(
        lambda w: w,
        lambda w, axes, artists=None: artists or {"line": axes.plot([0, 1], [w, w])[0]},
        {"w": slider("w", -1.5, 1.5, 1.5, 0.0)},
        str,
    )
    Reels(picture, "01_test/0", "test_demo").write(tmp_path)
    picture.close()
    assert read(tmp_path / "index.js")[2]["controls"][0]["texts"] == ["−1.50", "0.00", "1.50"]


def test_the_readout_of_a_log_slider_has_no_zeros_at_its_end(tmp_path):
    slider = log_slider("θ", 0.01, 1000, 1, steps_per_decade=1, readout_format=".4")
    picture = live(
        lambda w: w,
        lambda w, axes, artists=None: artists or {"line": axes.plot([0, 1], [w, w])[0]},
        {"w": slider},
        str,
    )
    # to ipywidgets digits alone are "g" without such zeros, in every front end
    assert picture.controls["w"].readout_format == ".4"
    Reels(picture, "01_test/0", "test_demo").write(tmp_path)
    picture.close()
    texts = read(tmp_path / "index.js")[2]["controls"][0]["texts"]
    assert texts == ["0.01", "0.1", "1", "10", "100", "1000"]


def test_the_same_demo_gives_the_same_bytes(demo, tmp_path):
    for folder in ("one", "two"):
        Reels(demo, "01_test/0", "test_demo").write(tmp_path / folder)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()


@pytest.mark.parametrize(("count", "start", "wanted", "places"), [
    (3, 1, 5, [0, 1, 2]), (101, 50, 5, [0, 25, 50, 75, 100]), (101, 0, 3, [0, 50, 100]),
    (101, 48, 5, [0, 25, 48, 75, 100]), (101, 100, 3, [0, 50, 100]), (20, 4, 1, [4]),
    (101, 3, 3, [0, 3, 100]),
])  # fmt: skip
def test_few_settings_of_many_have_both_ends_and_the_start(count, start, wanted, places):
    assert choose_places(count, start, wanted) == places


def test_every_exception_names_a_control_of_a_demo():
    made = {name.partition(".")[2]: make for name, make in find_demos().items()}
    for function, argument in COUNTS:
        if function in made:
            demo = made[function]()
            assert argument in list(demo.controls)[1:], (function, argument)
            demo.close()
        else:
            assert function == "sampling_demo"


def _make(function):
    made = find_demos() | find_untrained_demos()
    return next(make for name, make in made.items() if name.partition(".")[2] == function)()


@pytest.mark.parametrize(("function", "settings"), [
    ("sampling_demo", {"temperature": 1.5, "top_p": 0.5}), ("sampling_demo", {"top_p": 0.05}),
    ("truncation_demo", {"k": 10}), ("gradient_decay_demo", {"spectral_radius": 1.4}),
    ("gate_demo", {"forget": "1", "closes_after": 3, "opens_at": 36}),
    ("gate_demo", {"forget": "1, erased at 15", "closes_after": 22}),
    ("lstm_decay_demo", {"forget_bias": 0.0, "input_bias": 3.0, "output_bias": 3.0}),
    ("lstm_decay_demo", {"forget_bias": 0.0, "weight_scale": 2.0}),
    ("lstm_decay_demo", {"forget_bias": 0.0, "weight_scale": 4.0}),
    ("gates_demo", {"first": 8, "last": 40, "z_inside": 1.0, "z_outside": 0.5}),
    ("gated_decay_demo", {"keep_bias": 0.0, "reset_bias": -2.0}),
    ("gated_decay_demo", {"keep_bias": 0.0, "reset_bias": 3.0, "candidate_scale": 2.0}),
    ("gated_decay_demo", {"keep_bias": 0.0, "cell": "SimplifiedGRU"}),
    ("depth_demo", {"step": 6, "layer": 3, "kind": "both ways"}),
    ("alignment_demo", {"step": 7, "change": "all weights equal"}),
])  # fmt: skip
def test_what_the_text_asks_for_is_recorded(function, settings):
    demo = _make(function)
    recorded = Reels(demo, "x", function).settings
    demo.close()
    for argument, wanted in settings.items():
        assert wanted in recorded[argument], (argument, recorded[argument])


def test_from_where_the_gates_demo_opens_one_slider_of_the_page_holds_the_first_pulse():
    demo = _make("gates_demo")
    assert "neither is held" in demo.message
    held = []
    for z in Reels(demo, "x", "gates_demo").settings["z_inside"]:
        demo.controls["z_inside"].value = z
        if "the first pulse is held, not the second" in demo.message:
            held.append(z)
    assert held == [0.99, 1.0]
    demo.close()


def test_a_lecture_is_recorded_anew_when_its_makings_change(tmp_path, monkeypatch):
    path = NOTEBOOKS / "06_lstm.ipynb"
    before = compute_hash(path)
    changed = tmp_path / path.name
    text = path.read_text(encoding="utf-8")
    changed.write_text(text.replace("gate_demo(", "gate_demo( "), encoding="utf-8")
    assert text != changed.read_text(encoding="utf-8")
    assert compute_hash(changed) != before
    changed.write_text(text.replace("forget gate", "forget gates"), encoding="utf-8")  # prose
    assert compute_hash(changed) == before
    monkeypatch.setattr(record, "_KEPT", ("numpy",))
    assert compute_hash(path) != before


def test_a_lecture_depends_on_its_own_room_wherever_the_package_lies(tmp_path, monkeypatch):
    package = tmp_path / "gru" / "rnn_helpers"  # a clone in a folder that is named as a lecture
    files = [package / "display" / "live.py"]
    files += [package / "lectures" / room / "plots.py" for room in ("lstm", "gru")]
    for file in files:
        file.parent.mkdir(parents=True)
        file.write_text("before")
    monkeypatch.setattr(record, "PACKAGE", package)
    states = [compute_hash(NOTEBOOKS / "06_lstm.ipynb")]
    for file in files:
        file.write_text("after")
        states.append(compute_hash(NOTEBOOKS / "06_lstm.ipynb"))
    assert states[0] != states[1] != states[2] == states[3]


def test_the_longest_lectures_start_first_and_the_cache_is_used(tmp_path, monkeypatch):
    started = []

    class Pool:
        def map(self, _function, paths, targets):
            for path, target in zip(paths, targets, strict=True):
                started.append(path.stem)
                (target / "demos" / "0").mkdir(parents=True)
                (target / "outcomes.json").write_text(json.dumps({"label": path.stem}))
                yield path.stem

    pool = contextlib.nullcontext(Pool())
    monkeypatch.setattr(record, "ProcessPoolExecutor", lambda *_, **__: pool)
    (tmp_path / "cache" / "06_lstm-old").mkdir(parents=True)
    for _ in range(2):  # the second time from the cache
        record.record_all(tmp_path / "site", tmp_path / "cache")
    lectures = sorted(path.stem for path in NOTEBOOKS.glob("[0-9]*.ipynb"))
    assert sorted(started) == lectures
    assert started[0] == "07_gru"
    assert not (tmp_path / "cache" / "06_lstm-old").exists()
    outcomes = json.loads((tmp_path / "site" / "outcomes.json").read_text())
    assert outcomes == {stem: {"label": stem} for stem in lectures}
    assert all((tmp_path / "site" / "extra" / "demos" / stem / "0").is_dir() for stem in lectures)


def test_a_lecture_runs_and_gives_its_demos_and_outcomes(tmp_path):
    """One that trains nothing and takes a second."""
    sources = [
        "from rnn_helpers.lectures.lstm import demos",
        "from rnn_helpers.display.predictions import predict",
        'predict("sum", lambda: total)',
        "total = 3",
        'predict("never", lambda: nothing)',
        "picture = demos.gate_demo(forget='1')\npicture",
        "1 + 1",
    ]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "06_lstm.ipynb")
    demos, outcomes = record.run_lecture(tmp_path / "06_lstm.ipynb")
    ((function, demo),) = demos
    assert function == "gate_demo"
    assert demo.controls["forget"].value == "1"
    assert outcomes["sum"] == 3
    assert "never" not in outcomes
    demo.close()
