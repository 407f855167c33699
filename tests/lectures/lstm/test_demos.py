"""The demos of lecture 06: the numbers behind the pictures."""

import contextlib
import re

import numpy as np
import pytest

from rnn_helpers.display.cell_diagrams import GRADIENT
from rnn_helpers.display.cell_family import KEY
from rnn_helpers.display.figures import new_figure
from rnn_helpers.display.handles import Handle
from rnn_helpers.display.recording import UNITS
from rnn_helpers.lectures.lstm import step_plots
from rnn_helpers.lectures.lstm.demos import gate_demo, lstm_decay_demo, lstm_step_demo
from rnn_helpers.lectures.lstm.memory import (
    TARGETS,
    TASKS,
    compute_cell_run,
    compute_lstm_decay,
    solve_tasks,
)
from rnn_helpers.lectures.lstm.schedule_plots import draw_schedule
from rnn_helpers.lectures.lstm.step import COUNT, STEPS, WAYS, compute_beat
from rnn_helpers.lectures.lstm.step_plots import PARTS
from rnn_helpers.recurrences.cells import lstm_step
from tests.mistakes import expect_refusals, set_to
from tests.pointing import find_pointed, list_lit
from tools.site.reels import Reels


def test_the_drawing_and_the_lines_are_the_cell():
    settings = {"closes_after": 5, "opens_at": 7, "step": 21}
    demo = gate_demo(forget="1, erased at 15", **settings)
    wanted = compute_cell_run(forget=1.0, erase_at=15, **settings)
    for part, label, values in (
        ("cell state", "cell state c", wanted.cs), ("hidden state", "shown: h", wanted.hs),
        ("candidate", "candidate g", wanted.candidates),
    ):  # fmt: skip
        line = demo.artists[part]
        np.testing.assert_array_equal(line.get_xdata(), range(41 - len(values), 41))
        np.testing.assert_array_equal(line.get_ydata(), values)
        assert (line.get_label(), line.get_gid()) == (label, part)
    strip = demo.artists["forget gate"].axes
    letters = {text.get_gid(): (text.get_text(), text.get_position()[1]) for text in strip.texts}
    zeros = [y for y, label in zip(strip.get_yticks(), strip.get_yticklabels(), strict=True)
             if label.get_text() == "0"]  # fmt: skip
    ones = [y for y in strip.get_yticks() if y not in zeros]
    for row, (letter, part, values) in enumerate((
        ("o", "output gate", wanted.output_gates), ("i", "input gate", wanted.input_gates),
        ("f", "forget gate", wanted.forget_gates),
    )):  # fmt: skip
        xs, ys = demo.artists[part].get_data()
        np.testing.assert_array_equal(xs, range(1, 41))
        np.testing.assert_allclose(ys - zeros[row], values, atol=1e-12)
        assert ones[row] - zeros[row] == pytest.approx(1)
        assert letters[part][0] == letter
        assert zeros[row] < letters[part][1] < ones[row]
    for step in (4, 6, 15, 21):
        demo.controls["step"].value = step
        for cursor in ("cursor", "cursor of the gates"):
            assert demo.artists[cursor].get_xdata() == [step, step]
        read = demo.artists["cell"].read()
        numbers = {"c_before": wanted.cs[step - 1], "c": wanted.cs[step], "h": wanted.hs[step]}
        f = float(step != 15)
        numbers |= {"f": f, "kept": f * wanted.cs[step - 1], "g": wanted.candidates[step - 1]}
        numbers |= {"i": float(step <= 5), "o": float(step >= 7)}
        x = np.arctanh(wanted.candidates[step - 1])
        numbers |= {"shown": np.tanh(wanted.cs[step]), "read": np.hypot(x, wanted.hs[step - 1])}
        for name, value in numbers.items():
            np.testing.assert_allclose(read[name], value, atol=0.006)
    ys = np.abs(demo.artists["offered"].get_xy()[:, 1])  # an area, that no curve can cover
    assert ys.max() == wanted.candidates.max()
    assert "set by hand" in strip.get_title("left")
    assert "the cell holds 0.00, and shows h = 0.00" in demo.message
    demo.controls["forget"].value = "1"
    assert "the cell holds 2.70" in demo.message  # 3 · 0.9 are let in
    demo.close()


@pytest.mark.parametrize(("settings", "lacks"), [
    ({"forget": "0.5"}, ["c is 0.05 at step 11, not 0.9", "c is 0.00 at step 40, not 1.2",
                         "c is 0.00 at step 40, not −2.4"]),
    ({"forget": "1", "closes_after": 3},
     ["h is 0.72 at step 3, shown too early", "c is 0.90 at step 40, not 1.2",
      "c is still 0.90 at step 19, not 0"]),
    ({"forget": "1", "closes_after": 3, "opens_at": 38},
     ["h is 0.00 at step 36, not shown", "c is 0.90 at step 40, not 1.2",
      "c is still 0.90 at step 19, not 0"]),
    ({"forget": "1", "closes_after": 10},
     ["c is 3.60 at step 11, not 0.9", "c is 3.60 at step 40, not 1.2",
      "c is still 3.60 at step 19, not 0"]),
    ({"forget": "0.9", "closes_after": 22},
     ["c is 1.83 at step 11, not 0.9", "c is −0.24 at step 40, not 1.2",
      "c is still 0.79 at step 19, not 0"]),
    ({"forget": "1", "closes_after": 22, "opens_at": 41},
     ["c is 3.60 at step 11, not 0.9", "", "c is still 3.60 at step 19, not 0"]),
])  # fmt: skip
def test_what_a_task_still_lacks_is_said_beside_it(settings, lacks):
    demo = set_to(gate_demo(), **settings)
    for task, lack in zip("ABC", lacks, strict=True):
        verdict = demo.artists[task].get_text()
        assert verdict == f"✗ {lack}" if lack else verdict.startswith("✓ done: c = ")
        assert f"{task}: {f'not yet, {lack}' if lack else 'done'}" in demo.text
    ys = {text.get_text(): text.get_position()[1] for text in demo.artists["A"].axes.texts}
    for task, words in TASKS.items():  # the verdict stands below its task, and above the next
        assert ys[task] == ys[words] < demo.artists[task].get_position()[1] < ys[task] + 2
    demo.close()


@pytest.mark.parametrize(("task", "settings", "spoilt"), [
    ("A", {"forget": "1", "closes_after": 3, "opens_at": 36},
     [{"forget": "0.9"}, {"closes_after": 4}, {"opens_at": 1}, {"opens_at": 35}, {"opens_at": 37}]),
    ("B", {"forget": "1", "closes_after": 22}, [{"forget": "0.9"}, {"closes_after": 3}]),
    ("C", {"forget": "1, erased at 15", "closes_after": 22},
     [{"forget": "1"}, {"forget": "0.5"}, {"forget": "0.9"}, {"closes_after": 21}]),
])  # fmt: skip
def test_a_task_is_done_by_its_gates_and_by_no_others(task, settings, spoilt):
    demo = set_to(gate_demo(), **settings)
    shown = {"A": "c = 0.90, h = 0.72", "B": "c = 1.20", "C": "c = −2.40"}  # c is told from h
    assert demo.artists[task].get_text() == f"✓ done: {shown[task]}"
    for change in spoilt:
        set_to(demo, **settings | change)
        assert not solve_tasks(demo.result)[task], change
    demo.close()


def test_each_task_wants_its_own_number_and_only_its_own_gates_give_it():
    run = compute_cell_run(forget=1.0)
    first, second = run.candidates[:10].sum(), run.candidates[10:].sum()
    assert pytest.approx({"A": first / 4, "B": first + second, "C": second}) == TARGETS
    for task, target in TARGETS.items():  # no two of them can be taken for each other
        assert f"c = {target:.1f}".replace("-", "−") in TASKS[task]
        assert all(abs(target - other) > 0.2 for key, other in TARGETS.items() if key != task)
    assert f"h = {np.tanh(TARGETS['A']):.2f}" in TASKS["A"]
    solved = {task: set() for task in TARGETS}
    for forget, erase_at in ((0.5, 0), (0.9, 0), (1.0, 0), (1.0, 15)):
        for closes_after in range(41):
            gates = {"forget": forget, "erase_at": erase_at, "closes_after": closes_after}
            run = compute_cell_run(opens_at=36, **gates)
            for task in (task for task, done in solve_tasks(run).items() if done):
                solved[task].add((forget, erase_at, closes_after))
    last = range(22, 41)
    wanted = {"A": {(1.0, 0, 3)}, "B": {(1.0, 0, n) for n in last}}
    assert solved == wanted | {"C": {(1.0, 15, n) for n in last}}


def test_every_task_can_be_done_with_what_the_site_has_recorded():
    answers = {"A": ("1", 3, 36), "B": ("1", 22, 1), "C": ("1, erased at 15", 22, 1)}
    with contextlib.closing(gate_demo()) as demo:
        settings = Reels(demo, "06/1", "gate_demo").settings
        for task, values in answers.items():
            answer = dict(zip(("forget", "closes_after", "opens_at"), values, strict=True))
            assert all(value in settings[name] for name, value in answer.items())
            assert solve_tasks(set_to(demo, **answer).result)[task]


def test_the_edges_of_what_i_and_o_leave_open_are_dragged_where_they_are_drawn():
    demo = set_to(gate_demo(), closes_after=7, opens_at=30)
    strip, figure = demo.artists["input gate"].axes, demo.figure
    handles = [handle for handle in figure.findobj(Handle) if handle.axes is strip]
    found = {next(iter(handle.settings[0])): handle for handle in handles}
    assert found.keys() == {"closes_after", "opens_at"}  # f has no edge
    tops = []
    for name, part in (("closes_after", "input gate"), ("opens_at", "output gate")):
        measured, handle = found[name].measure(), found[name]
        _, top, _, height = measured["region"]
        tops += [top, top + height]
        ys = strip.transData.transform([(0, y) for y in demo.artists[part].get_ydata()])[:, 1]
        levels = (figure.bbox.height - ys) * UNITS
        assert top < levels.min()
        assert levels.max() < top + height
        edge = demo.artists[f"edge of the {part}"]
        (x, y), (at, _) = edge.get_xydata()[0], measured["points"][
            [each[name] for each in handle.settings].index(getattr(demo.result, name))
        ]  # fmt: skip
        place, level = strip.transData.transform((x, y))
        assert at == round(place * UNITS)
        assert top < (figure.bbox.height - level) * UNITS < top + height
        curve = demo.artists[part].get_ydata()
        left, right = curve[int(x - 0.5) - 1], curve[int(x + 0.5) - 1]
        assert abs(right - left) == pytest.approx(1)  # where the curve steps
    assert tops == sorted(tops)  # no row takes what belongs to another
    demo.close()


@pytest.mark.parametrize("width", [4.2, 8.0])
@pytest.mark.parametrize("settings", [
    {"forget": 1.0, "closes_after": 10}, {"forget": 1.0, "closes_after": 22, "erase_at": 15},
])  # fmt: skip
def test_no_curve_runs_through_the_legend(width, settings):
    figure, axes = new_figure(width, 6.6 if width < 5 else 4.8, ncols=2)
    artists = draw_schedule(compute_cell_run(**settings), axes)
    figure.canvas.draw()
    below = artists["cell state"].axes
    legend = below.get_legend().get_window_extent()
    for part in ("candidate", "cell state", "hidden state"):
        line = artists[part]
        path = line.get_transform().transform_path(line.get_path())
        assert not path.intersects_bbox(legend, filled=False), part
    assert below.get_window_extent().y1 >= legend.y1


def test_on_a_phone_each_task_and_its_verdict_keep_to_a_line_of_their_own():
    values = {"closes_after": 20, "opens_at": 41, "forget": "1", "step": 5}
    with contextlib.closing(gate_demo()) as demo:
        demo.record(["narrow"], [values])
        layout = demo._layouts["narrow"]
        renderer = layout.figure.canvas.get_renderer()
        axes, cell = layout.artists["A"].axes, layout.artists["cell"].axes
        lines = [text for text in axes.texts if text.get_text() not in TASKS]
        assert len(lines) == 2 * len(TASKS)
        boxes = [text.get_window_extent(renderer) for text in lines]
        for text, box in zip(lines, boxes, strict=True):
            assert "\n" not in text.get_text()
            assert box.x1 <= axes.bbox.x1
            assert all(box is other or not box.overlaps(other) for other in boxes)
            assert box.y1 < cell.bbox.y0 - 5  # below the key of the cell


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("beat", range(1, COUNT + 1))
def test_a_beat_shows_the_packages_numbers(beat, way):
    demo = set_to(lstm_step_demo(), beat=beat, way=way)
    place = beat - 1 if way == WAYS[0] else COUNT - beat
    back = " backwards" if way == WAYS[1] else ""
    name = ("gates", "forget", "add", "show")[place % 4]
    assert demo.text.startswith(f"Beat {beat} of 16{back}, step {place // 4 + 1}, {name}: ")
    whole = compute_beat(4 * (STEPS - 1 - place // 4) + 1, WAYS[1]).values
    late = {"kept": 1, "added": 2, "c": 2, "shown": 3, "h": 3}
    for name, numbers in demo.artists["cell"].read().items():
        if way == WAYS[0] and late.get(name, 0) > place % 4:
            assert np.isnan(numbers).all()
        else:
            np.testing.assert_allclose(numbers, whole[name], atol=0.006)
    demo.close()


def test_the_beats_are_one_run_and_what_is_asked_is_its_gradient():
    rng = np.random.default_rng(0)
    W_xh, W_hh, b_h = rng.normal(size=(1, 4)), rng.normal(size=(1, 4)), np.eye(4)[1]
    xs = rng.normal(size=STEPS)

    def run_on(step, h, c):  # the last h
        for x in xs[step:]:
            h, c = lstm_step(np.array([[x]]), h, c, W_xh, W_hh, b_h)
        return h.item()

    h, c = np.zeros((1, 1)), np.full((1, 1), 2.0)
    for step, x in enumerate(xs, start=1):
        values = compute_beat(4 * (STEPS - step) + 1, WAYS[1]).values
        gates = {name: values[name] for name in "figo"}
        for name in gates:  # the run goes on with one of them nudged
            ends = []
            for change in (1e-6, -1e-6):
                now = gates | {name: gates[name] + change}
                belt = now["f"] * values["c_before"] + now["i"] * now["g"]
                shown = now["o"] * np.tanh(belt)
                ends.append(run_on(step, np.array([[shown]]), np.array([[belt]])))
            assert values[f"d_{name}"] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-8)
        h, c = lstm_step(np.array([[x]]), h, c, W_xh, W_hh, b_h)
        assert [values["h"], values["c"]] == pytest.approx([h.item(), c.item()], abs=1e-12)
        change = 1e-6
        for name, dh, dc in (("d_h", change, 0), ("d_c_after", 0, change)):
            slope = (run_on(step, h + dh, c + dc) - run_on(step, h - dh, c - dc)) / 2e-6
            assert values[name] == pytest.approx(slope, abs=1e-8)
        assert values["d_c_after"] + values["d_shown"] == pytest.approx(values["d_c"], abs=1e-12)
        assert values["d_c"] * values["f"] == pytest.approx(values["d_c_before"], abs=1e-12)
        after = compute_beat(4 * (STEPS - step - 1) + 1, WAYS[1]).values if step < STEPS else None
        if after:
            assert values["d_c_after"] == pytest.approx(after["d_c_before"], abs=1e-12)
            assert values["d_h"] == pytest.approx(after["d_h_before"], abs=1e-12)


_NUMBERS = {  # where a beat's sentence names its numbers
    ("forwards", "gates"): "from x = {x} and h = {h_before} come f = {f}, i = {i}, o = {o} and the "
                           "candidate {g}",
    ("forwards", "forget"): "f = {f} lets {kept} of c = {c_before} stay",
    ("forwards", "add"): "i = {i} lets in {added} of the candidate {g}; now c = {c}",
    ("forwards", "show"): "o = {o} shows a part of tanh(c) = {shown}: h = {h}",
    ("backwards", "show"): "into this h: the last h changes by {d_h} per unit of it. Into c along "
                           "the belt: {d_c_after} per unit of c; through the output gate's valve: "
                           "{d_shown}. Together: {d_c}",
    ("backwards", "add"): "hands its {d_c} whole to both sides. Through the input gate's valve "
                          "into the candidate: {d_g} per unit of it. Into the input gate: {d_i} "
                          "per unit of i",
    ("backwards", "forget"): "the valve f = {f}: {d_c_before} of the {d_c} goes on back. Into the "
                             "forget gate: {d_f} per unit of f",
    ("backwards", "gates"): "into the h before: the last h changes by {d_h_before} per unit",
}  # fmt: skip
_GATES = {"forget gate": "f", "input gate": "i", "candidate": "g", "output gate": "o"}
_LIT = {
    "gates": {"input", *_GATES}, "forget": {"forget gate", "cell state"},
    "add": {"input gate", "candidate", "cell state"}, "show": {"output gate", "hidden state"},
}  # fmt: skip


@pytest.mark.parametrize(("way", "name"), _NUMBERS)
def test_a_beat_lights_what_it_is_about_and_names_its_numbers(way, name):
    demo = set_to(lstm_step_demo(), way=way)
    for beat in range(1, COUNT + 1):
        demo.controls["beat"].value = beat
        if demo.result.name == name:
            numbers = {n: f"{v:.2f}".replace("-", "−").replace("−0.00", "0.00")
                       for n, v in demo.result.values.items()}  # fmt: skip
            assert _NUMBERS[way, name].format(**numbers) in demo.text
            for picture in ("cell", "terms"):
                lit = demo.artists[picture]._lit & {*PARTS}
                assert lit == _LIT[name]
            assert KEY in demo.artists["cell"]._lit
    demo.close()


def test_each_piece_of_an_equation_is_of_the_part_that_its_symbols_name():
    letters = _GATES | {"cell state": "c", "hidden state": "h"}
    for (part, text), *more in step_plots._EQUATIONS:
        if more:
            continue  # the sums, below
        letter = letters[part]
        head, rest = text.strip("$").split("=")
        assert head.strip() == f"{letter}_t"
        assert re.findall(r"W_\{x(.)\}|W_\{h(.)\}|b_(.)", rest) == [
            (letter, "", ""), ("", letter, ""), ("", "", letter)
        ]  # fmt: skip
        assert ("sigma" in rest) == (letter != "g")
    symbols = {
        "forget gate": "f_t", "input gate": "i_t", "candidate": "g_t", "output gate": "o_t",
        "cell state": "c_", "hidden state": "h_t", "add": "+", "show": "tanh(c_t)",
    }  # fmt: skip
    pieces = [piece for line in step_plots._EQUATIONS if len(line) > 1 for piece in line]
    for part, text in pieces:
        assert symbols[part].replace("tanh", r"\tanh") in text
    assert {part for part, _ in pieces} == {*symbols}
    for equation, code in zip(step_plots._EQUATIONS, step_plots._CODE, strict=True):
        assert [part for part, _ in equation] == [part for part, _ in code]
        names = "".join(text for _, text in code).split(" = ")[0]
        assert names == letters[equation[0][0]]


def test_whatever_is_pointed_at_lights_its_term():
    with contextlib.closing(lstm_step_demo(beat=4)) as demo:
        pointed = find_pointed(demo)
        terms = list_lit(demo.artists["terms"])
        assert [gid for gid, part in pointed.items() if part not in terms] == [KEY]
        firsts = {gid.partition("|")[0]: part for gid, part in pointed.items() if gid != KEY}
        own = {part: part for part in PARTS if part != GRADIENT}
        assert firsts == own | {"add": "cell state", "show": "hidden state"}
        for line in (*step_plots._EQUATIONS, *step_plots._CODE):  # x is read where gates are made
            assert ("input" in getattr(line[0][0], "by", ())) == (len(line) == 1)


def test_each_line_of_a_gradient_is_the_part_gradient():
    demo = set_to(lstm_step_demo(), way="backwards")
    with contextlib.closing(demo):
        pointed = find_pointed(demo)
        asked = [part for gid, part in pointed.items() if "gradient" in gid]
        assert len(asked) >= 8  # c, h, the h before, four gates and the key
        assert {*asked} == {GRADIENT}
    with contextlib.closing(gate_demo()) as demo:
        assert GRADIENT not in dict(demo.stage.parts)  # it has none


@pytest.mark.parametrize("beat", range(1, COUNT + 1))
def test_a_gradients_number_keeps_clear_of_all_lines(beat):
    with contextlib.closing(set_to(lstm_step_demo(), beat=beat, way="backwards")) as demo:
        demo.figure.canvas.draw()
        cell = demo.artists["cell"]
        numbers = [
            each._text for name, each in cell._shown
            if name.startswith("d_") and hasattr(each, "_text")
        ]  # fmt: skip
        lines = [each._artists[0] for _, each in cell._shown if hasattr(each, "_artists")]
        for number in numbers:
            for line in lines:
                room = line.get_linewidth() / 2 * demo.figure.dpi / 72 + 5
                box = number.get_window_extent().padded(room, 0)  # to the left and right of it
                path = line.get_transform().transform_path(line.get_path())
                assert not path.intersects_bbox(box, filled=False), number.get_text()


def test_each_gradient_has_one_arrow_and_one_number_and_goes_back():
    cell = lstm_step_demo(way="backwards").artists["cell"]
    arrows, numbers = {}, []
    for name, shown in cell._shown:
        if name.startswith("d_"):
            if hasattr(shown, "_artists"):
                path = shown._artists[0].get_path().vertices
                arrows.setdefault(name, []).append(path[-1] - path[0])
            else:
                numbers.append(name)
    assert sorted(numbers) == sorted(arrows)
    for name, found in arrows.items():
        ((right, up),) = found
        if name in ("d_c", "d_c_after", "d_c_before", "d_h_before"):
            assert (right < 0, up) == (True, 0)
        elif name == "d_shown":  # from tanh up to the belt
            assert (right, up > 0) == (0, True)
        elif name == "d_h":  # from the next step up to the output gate's valve
            assert (right < 0, up > 0) == (True, True)
        else:
            assert (right, up < 0) == (0, True)


def test_only_backwards_does_the_drawing_ask():
    demo = set_to(lstm_step_demo(), beat=7)
    forwards = {style.get("part") for style in demo.stage.frame["styles"]}
    demo.controls["way"].value = "backwards"
    backwards = {style.get("part") for style in demo.stage.frame["styles"]}
    assert backwards - forwards >= {"gradient of c|gradient", "gradient of h|gradient"}
    assert (
        "Beat 7 of 16 backwards, step 3, forget: along the belt, through the valve f = 0.7"
        in demo.text
    )
    demo.close()


def test_the_lines_are_the_gradients():
    settings = {"forget_bias": 2.0, "input_bias": 1.0, "output_bias": -1.0, "weight_scale": 1.5}
    demo, wanted = lstm_decay_demo(**settings), compute_lstm_decay(**settings)
    for part, logs in (
        ("rnn", wanted.rnn.total), ("total", wanted.lstm.total), ("direct", wanted.lstm.direct)
    ):  # fmt: skip
        lags, drawn = demo.artists[part].get_data()
        np.testing.assert_array_equal(lags, range(0, 61, 10))
        np.testing.assert_allclose(np.log10(drawn), np.median(logs, axis=1), atol=1e-9)
    labels = {"rnn": "plain RNN", "total": "LSTM, all paths", "direct": "its direct path ∏ f"}
    assert {part: demo.artists[part].get_label() for part in labels} == labels
    assert "Forget, input and output bias 2.0, 1.0 and −1.0, recurrent weights" in demo.message
    assert "Raise the forget bias" not in demo.message
    set_to(demo, forget_bias=0.0, input_bias=0.0, output_bias=0.0)
    assert "Raise the forget bias, then each of the others" in demo.message
    demo.close()


test_a_wrong_setting_is_called_what_the_caller_calls_it = expect_refusals([
    (gate_demo, "forget", "2"), (gate_demo, "closes_after", 41),
    (gate_demo, "opens_at", 0), (gate_demo, "step", 41), (lstm_step_demo, "beat", 17),
    (lstm_step_demo, "beat", 0),
    (lstm_step_demo, "way", "sideways"),
    (lstm_decay_demo, "forget_bias", 7),
    (lstm_decay_demo, "input_bias", -4), (lstm_decay_demo, "output_bias", 7),
    (lstm_decay_demo, "weight_scale", 0),
])  # fmt: skip
