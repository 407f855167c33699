"""The alignment scrubber: what it shows is what the model computes, whatever is typed."""

import re
import unicodedata
from itertools import product
from textwrap import wrap

import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgba

from rnn_helpers.display.figures import encode_png
from rnn_helpers.display.handles import find_handles
from rnn_helpers.display.live import text_box
from rnn_helpers.display.recording import UNITS
from rnn_helpers.lectures.attention.alignments import (
    AS_COMPUTED,
    CHANGES,
    PADDING,
    SAMPLES,
    WIDEST,
    AlignmentView,
    Look,
    prepare_alignments,
)
from rnn_helpers.lectures.attention.dates import ISO_CHARACTERS, list_characters
from rnn_helpers.lectures.attention.demos import alignment_demo
from rnn_helpers.lectures.attention.encoder_decoder import EncoderDecoder
from rnn_helpers.lectures.attention.plots import write_out
from rnn_helpers.lectures.attention.scrubber_plots import describe_scrubber
from rnn_helpers.lectures.attention.translation import translate
from tests.demo_bar import exercise_demo


def make_models(*scores):
    torch.manual_seed(0)
    sizes = len(list_characters()), len(ISO_CHARACTERS)
    return {str(score): EncoderDecoder(*sizes, 8, score=score) for score in scores}


MODELS = make_models("dot", "additive")
TYPED = ("", "1.9.2001", "2001년 9월 1일", "x", "1" * WIDEST)


@pytest.fixture
def demo():
    picture = alignment_demo(MODELS)
    picture.controls["typed"].options = TYPED  # what a rough hand types
    yield picture
    picture.close()


def test_the_demo_stands_a_rough_hand(demo):
    exercise_demo(lambda: demo, moves=300)


def read_bars(artist):
    corners = artist.get_path().vertices.reshape(-1, 5, 2)
    np.testing.assert_array_equal(corners[:, [0, 3, 4], 1], 0)
    np.testing.assert_array_equal(corners[:, 1, 1], corners[:, 2, 1])
    return corners[:, 1, 1]


def name_annotation(j):
    return "h" + "".join("₀₁₂₃₄₅₆₇₈₉"[int(digit)] for digit in str(j + 1))


@pytest.mark.parametrize(("step", "typed"), [(1, "21 Nov 2026"), (6, "1.9.2001"), (10, "x")])
def test_what_is_shown_is_what_the_models_compute(demo, step, typed):
    with demo.hold_repaint():
        demo.controls["step"].value, demo.controls["typed"].value = step, typed
    text, row = typed.lower(), step - 1
    shown = [demo.artists[f"read {k}"] for k in range(WIDEST)]
    assert "".join(a.get_text() for a in shown if a.get_visible()) == text.replace(" ", "␣")
    for m, (name, model) in enumerate(MODELS.items()):
        found = translate(model, [text])
        for kind, numbers in (("scores", found.scores), ("weights", found.weights)):
            bars = read_bars(demo.artists[f"{kind} {m}"])
            np.testing.assert_allclose(bars[:-PADDING], numbers[row, 0], atol=1e-6)
        np.testing.assert_array_equal(bars[-PADDING:], 0)  # weights on padding
        bars = read_bars(demo.artists[f"letters {m}"])
        np.testing.assert_allclose(bars, found.probabilities[row, 0], atol=1e-6)
        written = demo.artists[f"own {m}"].get_text()
        iso = found.isos[0]
        assert written.replace("\u00a0", "") == f"{iso[:row]}[{iso[row]}]{iso[step:]}"
        assert not demo.artists[f"new {m}"].get_visible()
        weights = found.weights[row, 0]
        top = int(weights.argmax())
        seen = "a space" if text[top] == " " else f"“{text[top]}”"
        largest = "" if m else "largest weight "
        most = f"{name} ({largest}{weights[top]:.2f}, on {seen}, character {top + 1}) writes"
        assert most in demo.message
        second = int(np.argsort(-weights, kind="stable")[min(1, len(text) - 1)])
        terms = demo.artists[f"context {m}"].get_text()
        assert terms.startswith(f"{name}: c = ")
        assert f"{weights[top]:.2f} {name_annotation(top)}" in terms
        if weights[second] >= 0.005:
            assert f"{weights[second]:.2f} {name_annotation(second)}" in terms
        likely = found.probabilities[row, 0].max()
        assert f"writes “{iso[row]}” ({'' if m else 'probability '}{likely:.2f})" in demo.message
        assert write_out(found.probabilities[:, 0]) == iso


def test_padding_has_a_score_but_no_weight():
    text = "1.9.2001"
    look = prepare_alignments(MODELS)(1, text, "", AS_COMPUTED).looks["additive"]
    assert (look.scores[:, len(text) :] != 0).all()
    assert (look.weights[:, len(text) :] == 0).all()


def test_whether_the_weights_explain_a_character_is_said_and_drawn(demo):
    said = set()
    for change in list(CHANGES)[1:]:
        for step in range(1, 11):
            with demo.hold_repaint():
                demo.controls["change"].value, demo.controls["step"].value = change, step
            looks = demo.result.looks.values()
            new = np.array([look.own.argmax(1) != look.changed.argmax(1) for look in looks])
            there = new[:, step - 1].tolist()
            title = demo.figure.axes[2].get_title(loc="left")
            wanted = {
                (False, False): "The character stays the same",
                (True, True): "The character becomes another",
                (True, False): "The character becomes another for dot",
                (False, True): "The character becomes another for additive",
            }
            assert title == wanted[tuple(there)]
            moved = [np.abs(look.used - look.weights)[step - 1].sum() > 0.2 for look in looks]
            told = {way for way, seen in zip(there, moved, strict=True) if seen}
            assert ("Too little weight has moved to tell." in demo.message) == (told == set())
            assert ("So this character depends on " in demo.message) == (True in told)
            stays = "is not explained by ", "does not need "
            assert any(words in demo.message for words in stays) == (told == {False})
            said.add(frozenset(told))
    assert {frozenset({True}), frozenset({False})} <= said


@pytest.mark.parametrize(("change", "sentence"), [
    ("without the largest", "is not explained by its largest weight."),
    ("the largest moved right", "is not explained by its largest weight's place."),
    ("the largest alone", "does not need its smaller weights."),
    ("all weights equal", "does not need unequal weights."),
    ("all on the last character", "does not need more than that annotation."),
])  # fmt: skip
def test_a_weight_silenced_without_effect_is_said_to_explain_nothing(change, sentence):
    rows, used = np.tile([0.1, 0.6, 0.3], (10, 1)), np.tile([0.25, 0.0, 0.75], (10, 1))
    same, other = np.tile(np.eye(11)[2], (10, 1)), np.tile(np.eye(11)[3], (10, 1))
    kept, lost = (Look(rows, rows, used, same, new) for new in (same, other))
    idle = Look(rows, rows, rows, same, same)

    def say(**looks):
        return describe_scrubber(AlignmentView("1.9", looks, 4, change, 1.0))

    assert f"So this character {sentence}" in say(a=kept, b=kept)
    depends = re.sub("is not explained by|does not need", "depends on", sentence)
    assert f"So this character {depends}" in say(a=lost, b=lost)
    assert f"{depends[:-1]} for b and not for a." in say(a=kept, b=lost)
    assert f"{sentence[:-1]} for b; in a too little moved." in say(a=idle, b=kept)
    assert f"{depends[:-1]} for a; in b too little moved." in say(a=lost, b=idle)
    assert "Too little weight has moved to tell." in say(a=idle, b=idle)


def test_what_is_not_drawn_is_not_in_the_key_and_the_title_says_who_made_the_weights(demo):
    key = {name: demo.artists[name] for name in ("line of key", "words of key")}
    assert key["words of key"].get_text() == "as computed"
    for change in CHANGES:
        demo.controls["change"].value = change
        by_hand = change != AS_COMPUTED
        assert {artist.get_visible() for artist in key.values()} == {by_hand}
        assert demo.artists["own weights 0"].get_visible() == by_hand
        title = demo.figure.axes[1].get_title(loc="left")
        assert ("set by hand" in title) == by_hand
        assert ("the softmax of the scores" in title) == (not by_hand)


@pytest.mark.parametrize("change", list(CHANGES))
def test_changed_weights_are_weights_and_the_answer_is_theirs(demo, change):
    with demo.hold_repaint():
        demo.controls["change"].value, demo.controls["step"].value = change, 3
        demo.controls["typed"].value = "21 nov 2026"
    for m, look in enumerate(demo.result.looks.values()):
        np.testing.assert_allclose(look.used.sum(axis=1), 1.0, atol=1e-6)
        assert (look.used[:, -PADDING:] == 0).all()
        np.testing.assert_array_equal(read_bars(demo.artists[f"weights {m}"]), look.used[2])
        np.testing.assert_array_equal(read_bars(demo.artists[f"letters {m}"]), look.changed[2])
        levels = demo.artists[f"own weights {m}"]
        assert levels.get_visible() == (change != AS_COMPUTED)
        heights = levels.get_path().vertices[:, 1].reshape(-1, 2)
        np.testing.assert_allclose(heights, np.stack([look.weights[2]] * 2, axis=1))
        differ = (look.own.argmax(axis=1) != look.changed.argmax(axis=1)).sum()
        changed = demo.artists[f"new {m}"].get_text()
        assert 10 - changed.count("·") == differ
        for kind, label in (("own", "as computed"), ("new", "every step changed")):
            beside = demo.artists[f"{kind} label {m}"]
            assert beside.get_text() == label
            assert beside.get_position()[1] == demo.artists[f"{kind} {m}"].get_position()[1]
        assert demo.artists[f"new label {m}"].get_visible() == (change != AS_COMPUTED)
        own, new = (write_out(numbers)[2] for numbers in (look.own, look.changed))
        likely = "" if m else "probability "
        wanted = f"writes “{new}” ({likely}{look.changed[2].max():.2f})"
        if change != AS_COMPUTED:
            wanted = f"writes “{new}”, " + ("as before" if own == new else f"not “{own}”")
        assert wanted in demo.message
    signs = demo.artists["signs"].get_text()
    assert signs.startswith("[ ]: ")
    assert ("·: as computed" in signs) == (change != AS_COMPUTED)
    assert ("Choose other weights" in demo.message) == (change == AS_COMPUTED)


def find_middles(starts, ends, m):
    """Where bars of model `m` have to stand: left or right of the middle of their column."""
    return (starts + ends) / 2 + (m - 0.5) * 0.4 * (ends - starts)


@pytest.mark.parametrize("typed", ["21 nov 2026", "21. november 2026"])
def test_bars_stand_over_their_characters_and_the_gray_over_the_padding(demo, typed):
    demo.controls["typed"].value, demo.controls["change"].value = typed, "all weights equal"
    T, letters = len(typed), np.arange(len(ISO_CHARACTERS))
    width = 1 / max(T + PADDING, 12)
    columns = np.arange(T + PADDING) * width
    for kind in ("scores", "weights"):
        box = demo.artists[f"padded {kind}"]
        assert box.get_x() == pytest.approx(T * width)
        assert box.get_width() == pytest.approx(PADDING * width)
    for k in range(T):
        x = demo.artists[f"read {k}"].get_position()[0]
        assert x == pytest.approx(columns[k] + width / 2)
    numbers = [(n, demo.artists[f"number {n}"]) for n in (1, 5, 10, 15, 20)]
    for n, number in numbers:
        assert (number.get_text(), number.get_visible()) == (str(n), n <= T)
        assert number.get_position()[0] == pytest.approx((n - 0.5) * width)
    for m in range(2):
        for kind, starts, ends in (
            ("scores", columns, columns + width), ("weights", columns, columns + width),
            ("letters", letters - 0.5, letters + 0.5),
        ):  # fmt: skip
            corners = demo.artists[f"{kind} {m}"].get_path().vertices.reshape(-1, 5, 2)[..., 0]
            edges = corners[:, [0, 2]].ravel()
            middles = (edges[::2] + edges[1::2]) / 2
            np.testing.assert_allclose(
                middles,
                find_middles(starts, ends, m),
                atol=0.05 * width + 0.03 * (kind == "letters"),
            )
            if kind != "scores":
                lines = demo.artists[f"own {kind} {m}"].get_path().vertices[:, 0]
                np.testing.assert_allclose(lines, edges)


def test_each_networks_bars_have_the_colour_of_its_mark_and_of_the_key(demo):
    top, _, bottom = demo.figure.axes
    key = top.get_legend()
    named = dict(zip([t.get_text() for t in key.get_texts()], key.legend_handles, strict=True))
    assert list(named) == [*MODELS, "as computed"]
    marks = {t.get_text(): t for t in bottom.texts if t.get_text() in ("■", "□")}
    for m, (name, mark) in enumerate(zip(MODELS, "■□", strict=True)):
        for kind in ("scores", "weights", "letters"):
            bars = demo.artists[f"{kind} {m}"]
            assert bars.get_edgecolor() == named[name].get_edgecolor()
            assert bars.get_facecolor() == named[name].get_facecolor()
        assert (bars.get_facecolor()[3] == 0) == (mark == "□")
        assert to_rgba(marks[mark].get_color()) == bars.get_edgecolor()
        beside = demo.artists[f"context {m}"]
        assert marks[mark].get_position()[1] == beside.get_position()[1]
        assert beside.get_text().startswith(f"{name}: c = ")
    for kind in ("weights", "letters"):
        line = demo.artists[f"own {kind} 0"]
        assert line.get_edgecolor() == to_rgba(named["as computed"].get_color())
    zero = [line.get_ydata() for axes in demo.figure.axes[:2] for line in axes.lines]
    assert zero == [[0, 0], [0, 0]]


def test_parts_are_what_their_names_say(demo):
    bars = [f"{kind} {m}" for kind in ("scores", "weights", "letters") for m in range(2)]
    lit = {
        "networks": bars, "scores": ["scores 0", "scores 1"], "weights": ["weights 0", "weights 1"],
        "next character": ["letters 0", "letters 1"], "context": ["context 0", "context 1"],
        "mask": ["padded scores", "padded weights"],
        "written": [f"{kind} {m}" for kind in ("own", "new", "own label", "new label")
                    for m in range(2)] + ["signs"],
    }  # fmt: skip
    for part, names in lit.items():
        gids = {name: artist.get_gid() or "" for name, artist in demo.artists.items()}
        assert {name for name, gid in gids.items() if part in gid.split("|")} == {*names}
    assert {part for part, _ in demo.stage.parts} == {*lit}
    key = demo.figure.axes[0].get_legend()
    for handle, text in zip(key.legend_handles[:2], key.get_texts()[:2], strict=True):
        for artist in (handle, text):
            assert {*artist.get_gid().split("|")} == {p for p in lit if {*lit[p]} & {*bars}}
    alone = alignment_demo({"dot": MODELS["dot"]})
    assert "networks" not in {part for part, _ in alone.stage.parts}
    alone.close()


@pytest.mark.parametrize("change", list(CHANGES)[1:])
@pytest.mark.parametrize("typed", ["7", "日"])
def test_the_only_character_of_a_text_keeps_its_weight(demo, change, typed):
    demo.controls["typed"].value, demo.controls["change"].value = typed, change
    assert demo.error is None
    for look in demo.result.looks.values():
        np.testing.assert_array_equal(look.used, look.weights)
    nothing = ": there is nothing else to look at"
    assert demo.message.count(nothing) == 2 * (change == "without the largest")
    assert demo.message.count(", as before") == 2


@pytest.mark.parametrize("change", list(CHANGES)[1:])
def test_the_words_keep_what_was_computed_apart_from_what_is_changed(demo, change):
    demo.controls["change"].value = change
    assert demo.message.startswith(f"Step 1, {change}: dot (largest weight ")
    for name, look in demo.result.looks.items():
        assert f"{look.weights[0].max():.2f}, on " in demo.message.split(name, 1)[1]


def test_the_words_are_short_enough_for_a_phone():
    look = prepare_alignments(dict(zip(("seed 0", "seed 1"), MODELS.values(), strict=True)))
    lines = [
        len(wrap(describe_scrubber(look(step, date, "", change)), 39))  # letters, at 390 pixels
        for step, date, change in product(range(1, 11), SAMPLES, CHANGES)
    ]
    assert max(lines) <= 8
    assert np.mean(np.array(lines) > 7) < 0.02


@pytest.mark.parametrize("layout", ["wide", "narrow"])
def test_pressing_a_character_written_goes_to_its_step(demo, layout):
    settings = {name: c.value for name, c in demo.controls.items()}
    demo.record([layout], [settings])
    figure, artists = demo._layouts[layout].figure, demo._layouts[layout].artists
    encode_png(figure)
    (handle,) = find_handles(figure, {"step": range(1, 11)})
    assert handle["sets"] == [[[0, k]] for k in range(10)]
    row = artists["own 0"]
    box, text = row.get_window_extent(), row.get_text()
    letter = UNITS * box.width / len(text)
    left, top, width, height = handle["region"]
    for k, (x, y) in enumerate(handle["points"]):
        assert y is None
        place = (x - UNITS * box.x0) / letter  # all letters of the row are as wide
        assert place == pytest.approx(2 * k + 1.5, abs=0.1)
        assert text[int(place)] not in "[]\u00a0"
    for m in range(2):
        for kind in ("own", "new"):
            x, y = (
                artists[f"{kind} {m}"]
                .get_transform()
                .transform(artists[f"{kind} {m}"].get_position())
            )
            assert left - 1 <= x * UNITS <= left + width
            assert top < (figure.bbox.height - y) * UNITS < top + height


ROW, MASK = np.array([[[0.1, 0.6, 0.3, 0.0]]]), np.array([[True, True, True, False]])


@pytest.mark.parametrize(("change", "wanted"), [
    ("without the largest", [0.25, 0, 0.75, 0]),
    ("the largest moved right", [0.1, 0.3, 0.6, 0]),
    ("the largest alone", [0, 1, 0, 0]),
    ("all weights equal", [1 / 3, 1 / 3, 1 / 3, 0]),
    ("all on the first character", [1, 0, 0, 0]),
    ("all on the last character", [0, 0, 1, 0]),
])  # fmt: skip
def test_a_change_by_hand(change, wanted):
    np.testing.assert_allclose(CHANGES[change](ROW, MASK)[0, 0], wanted)


def test_the_last_characters_weight_moves_round_to_the_first():
    moved = CHANGES["the largest moved right"](ROW[..., [0, 2, 1, 3]], MASK)
    np.testing.assert_allclose(moved[0, 0], [0.6, 0.3, 0.1, 0])


def test_what_is_typed_stands_in_place_of_what_is_picked(demo):
    assert demo.result.text == "2026년 11월 21일 토요일"
    demo.controls["date"].value = SAMPLES[1]
    assert demo.result.text == "21. november 2026"
    demo.controls["typed"].value = "1.9.2001"
    assert demo.result.text == "1.9.2001"
    demo.controls["typed"].value = "   "
    assert demo.result.text == "21. november 2026"


@pytest.mark.parametrize(("typed", "sentence"), [
    ("21@11", "no date in these languages is written with '@'"),
    ("2026가", "is written with U+AC00"),
    ("\U0001f600 2026", "is written with U+1F600"),
    ("1" * (WIDEST + 1), "the picture has room for 40 characters, got 41"),
])  # fmt: skip
def test_what_is_no_date_gets_a_sentence(demo, typed, sentence):
    at_rest = demo.stage.frame["marks"]
    demo.controls["typed"].value = typed
    assert sentence in demo.message
    assert demo.stage.frame["marks"] != at_rest
    demo.controls["typed"].value = ""
    assert demo.error is None
    assert demo.stage.frame["marks"] == at_rest


def test_a_line_to_type_in_is_followed_at_every_key():
    box = text_box("or type one", "1.9.", placeholder="any date").make("typed")
    assert (box.value, box.description, box.placeholder) == ("1.9.", "or type one", "any date")
    assert box.continuous_update
    with pytest.raises(TypeError, match=r"^typed must be a text, got 3$"):
        text_box("date", 3).make("typed")


def test_who_the_bars_belong_to_and_what_is_read_is_said_in_the_picture(demo):
    seeds = alignment_demo({f"seed {k}": MODELS["dot"] for k in range(2)})
    key = seeds.figure.axes[0].get_legend()
    assert "trained twice, from different random weights" in key.get_title().get_text()
    assert demo.figure.axes[0].get_legend().get_title().get_text() == ""  # two kinds of network
    for picture in (seeds, demo):
        titles = [axes.get_title(loc="left").split()[0] for axes in picture.figure.axes]
        assert titles == ["Scores:", "Weights:", "Next"]
        below = picture.figure.axes[1].get_xlabel()
        assert "the encoder's state at character j" in below
        assert "␣ is a space" in below
    seeds.close()


@pytest.mark.parametrize("layout", ["wide", "narrow"])
@pytest.mark.parametrize("change", [AS_COMPUTED, "without the largest"])
def test_the_words_of_the_last_panel_stand_apart_and_over_no_line(demo, layout, change):
    demo.controls["change"].value = change
    values = {name: control.value for name, control in demo.controls.items()}
    demo.record([layout], [values])
    figure, artists = demo._layouts[layout].figure, demo._layouts[layout].artists
    axes = figure.axes[2]
    encode_png(figure)
    words = [text for text in axes.texts if text.get_visible() and text.get_text()]
    boxes = [text.get_window_extent() for text in words]
    for k, box in enumerate(boxes):
        for other in boxes[:k]:
            assert not shrink(box).overlaps(shrink(other))
        assert box.x1 <= figure.bbox.x1
        for side in ("bottom", "left"):
            line = axes.spines[side].get_window_extent()
            assert not box.overlaps(line)
    assert artists["signs"].get_text().count("\n") == 0


def shrink(box):
    """A monospaced line is boxed with room above and below that holds no ink."""
    return box.expanded(1, 0.8)


def test_dragging_the_step_translates_nothing_anew(monkeypatch):
    calls = []

    def count(model, texts, **options):
        calls.append(texts)
        return translate(model, texts, **options)

    monkeypatch.setattr("rnn_helpers.lectures.attention.translation.translate", count)
    compute = prepare_alignments({"dot": MODELS["dot"]})
    calls.clear()
    for step in range(1, 11):
        compute(step, "1.9.2001", "", AS_COMPUTED)
    assert calls == [["1.9.2001", "1.9.200100"]]
    compute(1, "1.9.2001", "", "all weights equal")
    assert len(calls) == 2
    for sample in SAMPLES:  # what can be picked was translated when the demo was made
        for change in CHANGES:
            compute(1, sample, "", change)
    assert len(calls) == 2


@pytest.mark.parametrize(("options", "error", "message"), [
    ({"models": {}}, ValueError, "models must hold one model or two, got 0"),
    ({"models": make_models(None)}, ValueError, "must have attention, got 'None' without"),
    ({"step": 11}, ValueError, "step must be an integer from 1 to 10, got 11"),
    ({"step": 1.5}, TypeError, "step must be"),
    ({"change": "none"}, ValueError, "change must be one of 'as computed', .*, got 'none'"),
    ({"date": "1.9.2001"}, ValueError, "date must be one of"),
    ({"typed": "@"}, ValueError, "no date in these languages"),
    ({"typed": 3}, TypeError, "typed must be"),
])  # fmt: skip
def test_a_wrong_setting_is_called_what_the_caller_calls_it(options, error, message):
    with pytest.raises(error, match=message):
        alignment_demo(**{"models": MODELS} | options)


def test_the_samples_can_be_read_and_drawn_stored_in_pieces_too():
    compute = prepare_alignments(MODELS)
    for sample in SAMPLES:
        view = compute(1, "", sample, AS_COMPUTED)
        pieces = compute(1, "", unicodedata.normalize("NFD", sample), AS_COMPUTED)
        assert len(view.text) <= WIDEST
        assert view.text == pieces.text
        sizes = [np.abs(look.scores).max() for look in view.looks.values()]
        assert max(sizes) <= view.largest * (1 + 1e-6)
