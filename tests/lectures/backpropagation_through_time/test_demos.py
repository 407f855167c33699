"""The demo of lecture 04: the numbers behind the picture."""

import re

import numpy as np
import pytest

from rnn_helpers.display.figures import COLORS
from rnn_helpers.display.handles import Handle
from rnn_helpers.display.recording import UNITS
from rnn_helpers.lectures.backpropagation_through_time.demos import truncation_demo
from rnn_helpers.lectures.backpropagation_through_time.truncation import compute_truncation
from tests.mistakes import expect_refusals


def test_the_map_and_the_curve_are_the_numbers():
    demo = truncation_demo(k=7, spectral_radius=1.2, seed=3)
    wanted = compute_truncation(k=7, spectral_radius=1.2, seed=3)
    shades = np.ma.filled(demo.artists["pairs"].get_array(), np.nan).reshape(40, 40)
    np.testing.assert_array_equal(np.isnan(shades), ~np.tri(40, dtype=bool))
    np.testing.assert_array_equal(shades >= 1, wanted.kept)  # orange
    powers = 7 * (shades - wanted.kept) - 6
    drawn = np.tri(40, dtype=bool) & (wanted.sizes > 1e-6) & (wanted.sizes < 10)
    np.testing.assert_allclose(10 ** powers[drawn], wanted.sizes[drawn])
    assert (powers[np.tri(40, dtype=bool) & (wanted.sizes <= 1e-6)] == -6).all()
    ks, errors = demo.artists["off"].get_data()
    np.testing.assert_array_equal(ks, np.arange(1, 41))
    np.testing.assert_allclose(errors, wanted.all_errors)
    np.testing.assert_allclose(
        demo.artists["now"].get_data(), [[7, 7], [1 - wanted.pairs_kept, wanted.error]]
    )
    corners = np.column_stack(demo.artists["pieces"].get_data())
    assert [7.5, 7.5] in corners.tolist()  # the first cut, after step 7
    lost, off = 100 * (1 - wanted.pairs_kept), 100 * wanted.error
    medians = [np.median(wanted.sizes[np.tri(40, dtype=bool) & (wanted.kept == kept)])
               for kept in (True, False)]  # fmt: skip
    assert demo.message == (
        f"k = 7: {lost:.0f} % of all pairs of a loss and a state are lost. The median size of a "
        f"pair is {medians[0]:.2g} where kept and {medians[1]:.2g} where lost, and the gradient "
        f"is off by {off:.0f} % of its length."
    )
    assert wanted.all_errors[:6].min() > wanted.error  # no smaller k is nearer
    assert not demo.artists["nearer"].get_visible()
    cost = demo.figure.axes[1]
    lines = {line.get_label(): line for line in cost.get_lines()}
    np.testing.assert_array_equal(lines["pairs lost"].get_xdata(), np.arange(1, 41))
    np.testing.assert_allclose(lines["pairs lost"].get_ydata(), 1 - wanted.all_kept)
    assert lines["pairs lost"].get_color() == COLORS["data"]
    assert lines["pairs lost"].get_linestyle() == "--"
    assert lines["gradient off by"] is demo.artists["off"]
    assert lines["gradient off by"].get_color() == COLORS["relu"]
    assert demo.artists["lost now"].get_text() == f"lost {lost:.0f} %"
    assert demo.artists["off now"].get_text() == f"off by {off:.0f} %"
    demo.controls["k"].value = 40
    assert "the gradient is whole" in demo.message
    demo.close()


@pytest.mark.parametrize(("k", "radius", "why"), [
    (20, 1.0, "k = 20, but at k = 14 more of it cancels."),
    (34, 1.0, "k = 34, and at k = 28 more of it cancels."), (17, 0.3, "% at k = 17."),
])  # fmt: skip
def test_a_smaller_k_that_is_less_off_has_a_ring_and_the_reason(k, radius, why):
    demo, run = truncation_demo(k=k, spectral_radius=radius), compute_truncation
    errors = [run(k=each, spectral_radius=radius).error for each in range(1, 41)]
    near = int(np.argmin(errors[: k - 1])) + 1
    assert demo.artists["nearer"].get_visible()
    x, y = demo.artists["nearer"].get_data()
    assert (x[0], y[0]) == (near, errors[near - 1])
    lost = run(spectral_radius=radius).all_lost
    told = demo.message.partition(" A smaller k, ")[2]
    assert told.startswith(
        f"{near} (the ring), is off by only {100 * errors[near - 1]:.0f} %: of its length, "
        "all that is lost adds up to "
    )
    there, here = re.findall(r"([\d.]+) % at k = \d+", told)
    assert there != here
    for said, share in ((there, lost[near - 1]), (here, lost[k - 1])):
        assert said == f"{100 * share:.{len(said.partition('.')[2])}f}"
    assert told.endswith(why)
    demo.close()


def test_a_small_size_is_written_as_a_power_of_ten():
    demo = truncation_demo(k=5, spectral_radius=0.3)
    assert "where kept and 5 × 10⁻⁹ where lost" in demo.message
    demo.close()


def test_the_larger_a_pair_the_darker_and_the_smallest_is_no_ground():
    demo = truncation_demo()
    pairs = demo.artists["pairs"]
    for low in (0, 1):  # lost, kept
        light = pairs.cmap(np.linspace(low / 2, low / 2 + 0.499, 40))[:, :3] @ [0.21, 0.72, 0.07]
        assert (np.diff(light) <= 1e-9).all()
        assert light[0] < 0.93
    demo.close()


def test_what_leaves_the_axis_has_a_mark_and_the_two_numbers_stay_beside_the_line():
    demo = truncation_demo(k=31, spectral_radius=1.5, seed=11)
    cost = demo.figure.axes[1]
    renderer = demo.figure.canvas.get_renderer()
    for k in (31, 40, 10, 1):
        demo.controls["k"].value = k
        run = compute_truncation(k=k, spectral_radius=1.5, seed=11)
        assert demo.artists["above"].get_visible() == (run.error > 1.2) == (k == 31)
        assert demo.artists["above"].get_xdata()[0] == k
        assert demo.artists["off now"].get_text() == f"off by {100 * run.error:.0f} %"
        boxes = [demo.artists[name].get_window_extent(renderer) for name in ("lost now", "off now")]
        assert not boxes[0].overlaps(boxes[1])
        line, _ = cost.transData.transform((k, 0))
        low, high = cost.transAxes.transform([(0, 0), (1, 1)])[:, 0]
        for box in boxes:
            assert low < box.x0 < box.x1 < high
            assert not box.x0 <= line <= box.x1
    demo.close()


def test_the_first_cut_comes_to_where_either_picture_is_pressed():
    demo = truncation_demo()
    triangle, cost = demo.figure.axes[:2]
    of_triangle, of_cost = demo.figure.findobj(Handle)
    for handle, axes in ((of_triangle, triangle), (of_cost, cost)):
        assert handle.axes is axes
        assert handle.settings == [{"k": k} for k in range(1, 41)]
    points = np.array(of_triangle.measure()["points"])
    assert (points[:, 0] == None).all()  # noqa: E711 only the row counts
    wanted = (
        demo.figure.bbox.height
        - triangle.transData.transform(np.c_[np.ones(40), np.arange(1, 41)])[:, 1]
    )
    np.testing.assert_allclose(points[:, 1].astype(float) / UNITS, wanted, atol=1 / UNITS)
    demo.controls["k"].value = 7
    corners = np.column_stack(demo.artists["pieces"].get_data())
    assert [0.5, 7.5] in corners.tolist()  # the cut is right below row 7
    demo.close()


def test_a_number_is_one_part_with_its_curve():
    demo = truncation_demo()
    parts = {name: artist.get_gid() for name, artist in demo.artists.items()}
    demo.close()
    assert parts["pairs"] == parts["pieces"] == "pairs"
    assert parts["off"] == parts["off now"] == parts["above"] == "gradient off by"
    assert parts["lost now"] == "pairs lost"


test_a_wrong_setting_is_called_what_the_caller_calls_it = expect_refusals([
    (truncation_demo, "k", 41), (truncation_demo, "spectral_radius", 2),
    (truncation_demo, "seed", 20),
])  # fmt: skip
