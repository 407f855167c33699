"""One sweep backwards: the numbers are the package's, and the drawing shows these numbers."""

from itertools import product

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.patches import FancyBboxPatch, PathPatch, Polygon
from matplotlib.text import Text

from rnn_helpers.display.diagrams import write_number
from rnn_helpers.display.figures import COLORS, NARROW, new_figure
from rnn_helpers.display.layouts import Layout
from rnn_helpers.lectures.backpropagation_through_time.demos import sweep_demo
from rnn_helpers.lectures.backpropagation_through_time.sweep import LOSSES, T, compute_sweep
from rnn_helpers.lectures.backpropagation_through_time.sweep_plots import describe_sweep, draw_sweep
from rnn_helpers.recurrences import bptt
from tests.mistakes import expect_refusals
from tests.pointing import find_pointed

SETTINGS = [(k, loss, w) for k in (1, 2, 4, T) for loss in LOSSES for w in (-1.2, 0.0, 0.9)]


def _differentiate(xs, asked, w, k, first=0.5):
    one = np.ones((1, 1))
    trace = bptt.trace_rnn(xs[:, None, None], first * one, one, w * one, np.zeros(1))
    return trace.hs.ravel(), bptt.backward_rnn(trace, asked[:, None, None], truncate=k)


@pytest.mark.parametrize(("k", "loss", "w"), SETTINGS)
def test_the_numbers_are_those_of_the_backward_pass(k, loss, w):
    sweep = compute_sweep(done=T, k=k, loss=loss, w=w)
    asked = np.ones(T) if loss == LOSSES[0] else np.eye(T)[-1]
    hs, gradients = _differentiate(sweep.xs[1:], asked, w, k)
    np.testing.assert_allclose(sweep.hs, hs)
    np.testing.assert_allclose(sweep.total, gradients["W_hh"].item())
    np.testing.assert_allclose(sweep.so_far[1], sweep.total, atol=1e-12)
    np.testing.assert_allclose(sweep.whole, _differentiate(sweep.xs[1:], asked, w, None)[1]["W_hh"])
    for t in range(1, T + 1):  # dh_t is the gradient of the state from which the rest runs on
        end = min(T, -(-t // k) * k)  # the last step of its piece
        wanted = 0.0
        if t < end:
            rest = _differentiate(sweep.xs[t + 1 : end + 1], asked[t:end], w, None, first=hs[t])
            wanted = rest[1]["h0"].item()
        np.testing.assert_allclose(sweep.handed[t], wanted, atol=1e-12)
        np.testing.assert_allclose(sweep.dh[t], asked[t - 1] + wanted, atol=1e-12)
        assert sweep.is_cut(t) == (t < T and t % k == 0)


@pytest.mark.parametrize(("k", "loss", "w"), SETTINGS)
@pytest.mark.parametrize("done", [0, 1, 4, T])
def test_the_drawing_is_read_back_as_the_numbers(done, k, loss, w):
    demo = sweep_demo(done=done, k=k, loss=loss, w=w)
    sweep = compute_sweep(done=done, k=k, loss=loss, w=w)
    forward = demo.artists["forward"].read()
    steps = range(1, T + 1)
    assert {name: len(found) for name, found in forward.items()} == {
        "h0": 1, **{f"h{t}": 1 + (t < T) for t in steps},  # to its loss, and to the next step
        **{f"x{t}": 1 for t in steps}, **{f"factor{t}": 1 for t in range(1, T)},
    }  # fmt: skip
    for t in steps:
        np.testing.assert_allclose(forward[f"h{t}"], sweep.hs[t])
        np.testing.assert_allclose(forward[f"x{t}"], sweep.xs[t])
        if t < T:  # the number above w: what a step back is multiplied by
            (factor,) = forward[f"factor{t}"]
            back_by = w * (1 - sweep.hs[t + 1] ** 2)
            assert factor == pytest.approx(back_by, abs=0.005)
            if not sweep.is_cut(t):
                assert sweep.handed[t] == pytest.approx(sweep.dh[t + 1] * back_by)
        back = demo.artists[f"back {t}"]
        assert back.get_visible() == (t > T - done)
        read = back.read()
        assert {name: len(found) for name, found in read.items()} == {
            "asked": 1, "added": 2, **({"handed": 2} if t < T else {}),
        }  # fmt: skip
        np.testing.assert_allclose(read["asked"], sweep.asked[t])
        if t < T:
            line, written = read["handed"]
            assert (line, written) == (pytest.approx(sweep.handed[t]),
                                       pytest.approx(sweep.handed[t], abs=0.005))  # fmt: skip
            assert demo.artists[f"cut {t}"].get_visible() == (t % k == 0)
        line, written = read["added"]
        assert line == pytest.approx(sweep.added[t])
        assert written == pytest.approx(sweep.added[t], abs=0.005)
    if done:
        _check_bars(demo.artists, sweep)
    demo.close()


def _check_bars(artists, sweep):
    """Bar after bar goes from the sum before to the sum after: filled up, hollow down."""
    (zero, _), line = artists["zero"].get_ydata(), artists["sum"].get_ydata()
    whole = artists["whole"].get_ydata()[0] - zero
    drawn = np.array(line[1:-1]).reshape(-1, 3)  # before, after, after
    wanted = sweep.so_far[: sweep.now - 1 : -1]
    scale = whole / sweep.whole if sweep.whole else None
    if scale is not None:
        np.testing.assert_allclose((drawn[:, 1] - zero) / scale, wanted, atol=1e-9)
    assert (drawn[0, 0], *drawn[:-1, 1]) == pytest.approx(tuple(drawn[:, 0]))
    rising = int((drawn[:, 1] >= drawn[:, 0]).sum())
    for name, count in (("more", rising), ("less", len(drawn) - rising)):
        assert artists[name].get_visible() == bool(count)
        if count:
            corners = artists[name].get_path().vertices.reshape(count, 5, 2)
            bars = drawn[(drawn[:, 1] >= drawn[:, 0]) == (name == "more")]
            np.testing.assert_allclose(corners[:, 0, 1], bars[:, 0])
            np.testing.assert_allclose(corners[:, 2, 1], bars[:, 1])
            assert artists[name].get_facecolor() == to_rgba(
                COLORS["accent"] if name == "more" else "#FFFFFF"
            )
    so_far = "so far " if sweep.done < T else ""  # only the whole sum is dw
    written = artists["sum now"].get_text().removeprefix(f"dw {so_far}= ")
    written = float(written.replace("−", "-"))
    assert written == pytest.approx(wanted[-1], abs=0.005)
    assert (line[-1] - zero) * (1 if scale is None else 1 / scale) == pytest.approx(wanted[-1])
    whole = artists["whole now"].get_text().removeprefix("uncut dw = ").replace("−", "-")
    assert float(whole) == pytest.approx(sweep.whole, abs=0.005)


def _find_lines(diagram, part):
    """Of each line of a part: where it starts, and where its head ends."""
    children = [each for each in diagram.get_children() if each.get_gid() == part]
    starts = [each.get_path().vertices[0] for each in children if isinstance(each, PathPatch)
              and not isinstance(each, FancyBboxPatch)]  # fmt: skip
    ends = [each.get_xy()[0] for each in children if isinstance(each, Polygon)]
    return list(zip(starts, ends, strict=True))


def test_every_arrow_runs_from_what_gives_to_what_takes():
    demo = sweep_demo(done=T)
    places = {}
    for text in demo.artists["forward"].get_children():
        if isinstance(text, Text) and text.get_text()[:1] in ("h", "x", "L"):
            places[text.get_text()] = np.array(text.get_position())

    def find(end, near):
        """The node at which an end of a line lies."""
        nodes = {name: place for name, place in places.items() if name[0] in near}
        return min(nodes, key=lambda name: np.abs(nodes[name] - end).sum())

    signs = "₀₁₂₃₄₅₆"
    lines = {part: _find_lines(demo.artists["forward"], part)
             for part in ("state", "input", *(f"loss {t}" for t in range(1, T + 1)))}  # fmt: skip
    ways = [(find(start, "h"), find(end, "h")) for start, end in lines["state"]]
    assert sorted(ways) == [(f"h{signs[t]}", f"h{signs[t + 1]}") for t in range(T)]
    ways = [(find(start, "x"), find(end, "h")) for start, end in lines["input"]]
    assert sorted(ways) == [(f"x{sign}", f"h{sign}") for sign in signs[1:]]
    for t, sign in enumerate(signs[1:], start=1):
        ((start, end),) = lines[f"loss {t}"]
        assert (find(start, "hL"), find(end, "hL")) == (f"h{sign}", f"L{sign}")
        back = demo.artists[f"back {t}"]
        ((start, end),) = _find_lines(back, "asked")
        assert (find(start, "hL"), find(end, "hL")) == (f"L{sign}", f"h{sign}")
        if t < T:
            ((start, end),) = _find_lines(back, "handed back")
            assert (find(start, "h"), find(end, "h")) == (f"h{signs[t + 1]}", f"h{sign}")
        ((start, end),) = _find_lines(back, "added")
        assert find(start, "h") == f"h{sign}"
        assert end[1] < start[1] - 1  # down to the bars
    demo.close()


@pytest.mark.parametrize("layout", ["wide", "narrow"])
def test_the_labels_of_near_sums_do_not_meet(layout):
    width, height = (8, 4.35) if layout == "wide" else (NARROW, 4.35)
    figure, axes = new_figure(width, height)
    artists = draw_sweep(compute_sweep(), axes)
    renderer = figure.canvas.get_renderer()
    for k, loss, w in (*SETTINGS, (3, LOSSES[1], 0.9), (5, LOSSES[0], 0.9)):
        for done in (1, 3, T):
            draw_sweep(compute_sweep(done=done, k=k, loss=loss, w=w), axes, artists)
            boxes = [artists[name].get_window_extent(renderer) for name in ("sum now", "whole now")]
            assert k == T or not boxes[0].overlaps(boxes[1]), (k, loss, w, done)
    figure.clear()


def test_the_scissors_and_their_entry_in_the_key_are_the_part_cut():
    demo = sweep_demo(k=2)
    texts = {text.get_text(): text.get_gid() for text in demo.figure.axes[0].get_legend().texts}
    assert {demo.artists[f"cut {t}"].get_gid() for t in range(1, T)} == {"cut"}
    assert [text for text, gid in texts.items() if gid == "cut"] == [
        "hₜ goes on, the gradient ends"
    ]
    assert "cut" in dict(demo.stage.parts)
    demo.close()


@pytest.mark.parametrize(("k", "loss", "w"), SETTINGS)
@pytest.mark.parametrize("done", range(1, T + 1))
def test_the_numbers_of_the_sentence_are_those_of_the_sweep(done, k, loss, w):
    sweep = compute_sweep(done=done, k=k, loss=loss, w=w)
    t, signs = sweep.now, "₀₁₂₃₄₅₆"
    hands, goes_on = "no later step hands anything back", ""
    if sweep.is_cut(t):
        hands = f"the cut stops what step {t + 1} would hand back"
        goes_on = f". h{signs[t]} goes on into step {t + 1} all the same"
    elif t < T:
        slope = w * (1 - sweep.hs[t + 1] ** 2)
        assert sweep.handed[t] == pytest.approx(sweep.dh[t + 1] * slope)
        hands = (
            f"step {t + 1} hands back {write_number(sweep.dh[t + 1])} × w (1 − h{signs[t + 1]}²)"
        )
        hands += f" = {write_number(sweep.handed[t])}"
    total = ", which is the gradient of w" if t == 1 else ""
    if t == 1 and k < T:
        whole = write_number(sweep.whole)
        equal = whole == write_number(sweep.so_far[1])
        total += " with its cuts; without them it is "
        total += "the same to two digits" if equal else f"{whole}, with the same states"
    back = f"{done} steps back" if done > 1 else "1 step back"
    assert describe_sweep(sweep).partition(" The smaller k")[0] == (
        f"{back}, at step {t}: its own loss asks for {sweep.asked[t]:.0f}, {hands}: dh = "
        f"{write_number(sweep.dh[t])}. This use of w adds dh (1 − h{signs[t]}²) h{signs[t - 1]} = "
        f"{write_number(sweep.added[t])}, and the "
        f"sum is {write_number(sweep.so_far[t])}{total}{goes_on}."
    )


def test_a_cut_that_changes_nothing_to_two_digits_is_said_so():
    sweep = compute_sweep(done=T, k=3, loss=LOSSES[0], w=0.2)
    assert sweep.k < T
    assert "without them it is the same to two digits" in describe_sweep(sweep)


def test_the_sentence_says_what_the_step_gets_and_adds():
    assert "No gradient has been computed yet" in describe_sweep(compute_sweep())
    loss = LOSSES[0]
    sweep = compute_sweep(done=T, k=2, loss=loss)
    said = describe_sweep(sweep)
    assert said.startswith("6 steps back, at step 1: its own loss asks for 1, step 2 hands back ")
    assert "hands back 1.00 × w (1 − h₂²)" in said
    assert f"the sum is {sweep.total:.2f}, which is the gradient of w with its cuts" in said
    assert said.endswith(f"without them it is {sweep.whole:.2f}, with the same states.")
    assert describe_sweep(compute_sweep(done=5, k=2)).endswith(
        ". h₂ goes on into step 3 all the same."
    )
    assert "no later step" in describe_sweep(compute_sweep(done=1))
    assert "cut" not in describe_sweep(compute_sweep(done=T))


@pytest.mark.parametrize(("loss", "dimmed"), [(LOSSES[0], []), (LOSSES[1], [1, 2, 3, 4, 5])])
def test_what_is_no_loss_is_dimmed(loss, dimmed):
    demo = sweep_demo(loss=loss)
    ((_, marks),) = demo.record(["wide"], [{"done": 0, "k": T, "loss": loss, "w": 0.9}])
    parts = {True: set(), False: set()}
    for style, _ in marks["wide"]:
        parts[style.get("dimmed", False)].add(str(style.get("part")).partition("|")[0])
    assert parts[True] == {f"loss {t}" for t in dimmed}
    lit = {f"loss {t}" for t in range(1, T + 1)} - parts[True] | {"state", "input", "w"}
    assert lit <= parts[False]
    demo.close()


@pytest.mark.parametrize("done", [0, T])
def test_whatever_is_pointed_at_lights_a_part(done):
    demo = sweep_demo(done=done, k=2)
    pointed = find_pointed(demo)
    assert {gid for gid, part in pointed.items() if part is None} == set()
    assert pointed["input|state"] == "state"
    for t in range(1, T + 1):  # the state goes up to its loss, which asks something of it
        assert (pointed[f"loss {t}|state"], pointed[f"loss {t}|asked"]) == ("state", "asked")
    demo.close()


def test_a_negative_sum_is_written_below_its_line_and_w_with_a_minus_sign():
    assert "with w = −1.2." in describe_sweep(compute_sweep(w=-1.2))
    for w, is_above in ((-1.2, False), (0.9, True)):
        demo = sweep_demo(done=T, k=1, loss=LOSSES[1], w=w)
        line = demo.artists["sum"].get_ydata()[-1]
        assert (demo.artists["sum now"].get_position()[1] > line) == is_above
        demo.close()


@pytest.mark.parametrize("width", [8.0, NARROW])
def test_no_line_runs_through_the_name_of_a_sum(width):
    layout = Layout(draw_sweep, compute_sweep(), width=width, height=4.35 if width > 5 else 3.6)
    axes, artists = layout.figure.axes[0], layout.artists
    renderer, back = layout.figure.canvas.get_renderer(), axes.transData.inverted()
    for w, k, loss in product(np.linspace(-1.5, 1.5, 11), range(1, T + 1), LOSSES):
        for done in (1, 3, T):
            sweep = compute_sweep(done=done, k=k, loss=loss, w=float(w))
            layout.move(sweep)
            lines = [artists[name].get_ydata()[-1] for name in ("zero", "sum", "whole")
                     if artists[name].get_visible()]  # fmt: skip
            names = [artists[name] for name in ("sum now", "whole now")
                     if artists[name].get_visible()]  # fmt: skip
            boxes = [text.get_window_extent(renderer).transformed(back) for text in names]
            assert len(names) == 1 + (k < T)
            assert not any(box.y0 < line < box.y1 for box in boxes for line in lines)
            assert max(box.x1 for box in boxes) < artists["sum"].get_xdata()[-2] or done < T
            if len(boxes) == 2:
                low, high = sorted(boxes, key=lambda box: box.y0)
                assert low.y1 <= high.y0
                if abs(lines[1] - lines[2]) > 1e-9:
                    assert (low is boxes[0]) == (lines[1] < lines[2])


@pytest.mark.parametrize(("k", "loss", "w"), SETTINGS)
def test_a_smaller_k_that_is_nearer_is_told_with_what_is_lost(k, loss, w):
    sweep = compute_sweep(done=T, k=k, loss=loss, w=w)
    slopes, lost = 1 - sweep.hs**2, {}
    for each in range(1, T + 1):
        lost[each] = [
            sweep.asked[t] * slopes[s] * sweep.hs[s - 1] * np.prod(w * slopes[s + 1 : t + 1])
            for t in range(1, T + 1) for s in range(1, t + 1)
            if (t - 1) // each != (s - 1) // each
        ]  # fmt: skip
    off = {each: round(abs(sum(terms)), 2) for each, terms in lost.items()}
    assert off[k] == pytest.approx(abs(sweep.whole - sweep.total), abs=0.006)
    near = min(off, key=lambda each: (off[each], each) if each <= k else (np.inf, each))
    told = describe_sweep(sweep).partition(" The smaller k = ")[2]
    assert bool(told) == (off[near] < off[k])
    assert "The smaller" not in describe_sweep(compute_sweep(done=T - 1, k=k, loss=loss, w=w))
    if told:
        parts = []
        for each in (near, k):
            signs = [sum(x for x in lost[each] if x > 0), sum(x for x in lost[each] if x < 0)]
            parts.append(" and ".join(write_number(x, "{:+.2f}") for x in signs if x))
        left = write_number(sweep.whole - sum(lost[near]))
        assert told.startswith(f"{near} leaves {left}, which is nearer")
        assert told.endswith(f"Lost there: {parts[0]}; here: {parts[1]}.")
        assert ("both signs cancel" in told) == (np.abs(lost[near]).sum() > np.abs(lost[k]).sum())


def test_with_the_last_state_as_loss_what_is_added_is_the_sum_of_products():
    sweep = compute_sweep(done=T, loss=LOSSES[1], w=0.9)
    slopes = 1 - sweep.hs**2
    for t in range(1, T + 1):
        product = np.prod(slopes[t + 1 :] * 0.9)
        assert sweep.added[t] == pytest.approx(slopes[t] * sweep.hs[t - 1] * product)


test_a_wrong_setting_is_called_what_the_caller_calls_it = expect_refusals([
    (sweep_demo, "done", 7), (sweep_demo, "k", 0), (sweep_demo, "w", 2),
    (sweep_demo, "loss", "h₅"), (compute_sweep, "k", 0), (compute_sweep, "done", -1),
])  # fmt: skip
