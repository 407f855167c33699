"""The figures of lecture 04 say in words what they draw."""

import numpy as np
import pytest

from rnn_helpers.display.figures import COLORS
from rnn_helpers.display.writing import format_number
from rnn_helpers.lectures.backpropagation_through_time import plots
from rnn_helpers.lectures.backpropagation_through_time.recall import compute_truncation_bias
from rnn_helpers.lectures.backpropagation_through_time.sweep import LOSSES, T, compute_sweep
from rnn_helpers.lectures.backpropagation_through_time.sweep_plots import describe_sweep
from rnn_helpers.lectures.backpropagation_through_time.truncation import compute_truncation
from tests.stills import check_diagram, read_diagrams


@pytest.fixture
def shown(monkeypatch):
    """What was shown: figures and their alternative texts."""
    found = []
    monkeypatch.setattr(plots, "show", lambda figure, *, alt, **_: found.append((figure, alt)))
    return found


def test_the_backward_pass_says_what_each_step_added(shown):
    plots.draw_backward_pass(k=2, loss=LOSSES[0])
    ((_, alt),) = shown
    sweep = compute_sweep(done=T, k=2, loss=LOSSES[0])
    added = ", ".join(f"{sweep.added[t]:.2f}" for t in range(T, 0, -1))
    assert f"The loss is {LOSSES[0]}. What each use of w adds, from step 6 back: {added}. " in alt
    assert alt.endswith(describe_sweep(sweep))


@pytest.mark.parametrize(("loss", "k"), [(LOSSES[0], 2), (LOSSES[1], T)])
def test_the_backward_pass_draws_its_numbers_in_both_layouts(monkeypatch, loss, k):
    drawn = []
    monkeypatch.setattr(
        plots, "show", lambda figure, *, alt, narrow: drawn.extend((figure, narrow))
    )
    plots.draw_backward_pass(loss=loss, k=k)
    sweep = compute_sweep(done=T, k=k, loss=loss)
    values = {f"h{t}": sweep.hs[t] for t in range(T + 1)}
    values |= {f"x{t}": sweep.xs[t] for t in range(1, T + 1)}
    values |= {f"factor{t}": sweep.w * (1 - sweep.hs[t + 1] ** 2) for t in range(1, T)}
    for figure in drawn:
        (axes,) = figure.axes
        forward, *back = read_diagrams(axes)
        assert set(forward) == set(values)
        check_diagram(forward, values)
        for t, read in enumerate(back, start=1):
            assert set(read) == {"asked", "added"} | ({"handed"} if t < T else set())
            numbers = {"asked": sweep.asked[t], "handed": sweep.handed[t], "added": sweep.added[t]}
            check_diagram(read, numbers)
        assert len(back) == T
        sums = [
            text.get_text() for text in axes.texts if text.get_visible() and "dw" in text.get_text()
        ]
        assert f"dw = {sweep.total:.2f}" in sums
    assert len(drawn) == 2


def test_the_shares_of_pairs_fall_by_what_is_said(shown):
    runs = {radius: [compute_truncation(k=40, spectral_radius=radius, seed=s) for s in range(3)]
            for radius in (0.5, 1.0)}  # fmt: skip
    plots.draw_pair_shares(runs)
    ((figure, alt),) = shown
    axes, said = figure.axes[0], []
    bands = axes.collections
    for line, band, (radius, results), style in zip(
        axes.get_lines(), bands, runs.items(), ("-", "--"), strict=True
    ):
        pairs = np.array([run.pair for run in results])
        middle = np.median(pairs, axis=0)
        said.append(f"by {np.log10(middle[0] / middle[20]):.1f} powers of ten for ρ = {radius:g}")
        assert (line.get_label(), line.get_linestyle()) == (f"ρ = {radius:g}", style)
        np.testing.assert_array_equal(line.get_xdata(), np.arange(len(middle)))
        np.testing.assert_allclose(line.get_ydata(), middle)
        corners = band.get_paths()[0].vertices
        for lag in (0, 20):
            heights = corners[corners[:, 0] == lag, 1]
            assert (heights.min(), heights.max()) == (pairs[:, lag].min(), pairs[:, lag].max())
    assert alt.endswith(f"the median falls {', '.join(said)}.")
    assert axes.get_legend().get_title().get_text() == "median and range of 3 seeds"


def test_the_triangles_say_how_small_the_lost_pairs_are(shown):
    runs = {radius: compute_truncation(k=3, spectral_radius=radius) for radius in (0.5, 1.5)}
    plots.draw_triangles(runs)
    ((figure, alt),) = shown
    for axes, (radius, run) in zip(figure.axes, runs.items(), strict=True):
        assert axes.get_title(loc="left") == f"ρ = {radius:g}"
        shades = np.ma.filled(axes.collections[0].get_array(), np.nan).reshape(40, 40)
        np.testing.assert_array_equal(shades >= 1, run.kept)
        lost = run.sizes[np.tri(40, dtype=bool) & ~run.kept]
        assert f"{format_number(np.median(lost), digits=1)} for ρ = {radius:g}" in alt
    assert "× 10⁻" in alt


def test_the_lost_parts_are_drawn_from_one(shown):
    settings = {"length": 12, "hidden_size": 4, "batch_size": 4, "delay": 2, "n_batches": 9}
    results = {task: compute_truncation_bias(k=2, task=task, **settings)
               for task in ("recall", "random")}  # fmt: skip
    plots.draw_lost_parts(results)
    ((figure, alt),) = shown
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    looks = {name: (line.get_color(), line.get_linestyle()) for name, line in lines.items()}
    assert looks == {"recall": (COLORS["relu"], "-"), "random": (COLORS["tanh"], "--"),
                     "1/√n": (COLORS["bound"], ":")}  # fmt: skip
    for line in lines.values():
        np.testing.assert_array_equal(line.get_xdata(), np.arange(1, 10))
    np.testing.assert_allclose(lines["1/√n"].get_ydata(), np.arange(1, 10) ** -0.5)
    for name, result in results.items():
        np.testing.assert_allclose(lines[name].get_ydata(), result.lost / result.lost[0])
        assert f"{name}, {result.lost[-1] / result.lost[0]:.2f}" in alt


def test_every_seed_of_a_cut_has_a_line_and_every_cut_a_label(shown):
    curves = np.linspace(1, 0.1, 30)
    updates = np.arange(50, 1501, 50)
    plots.draw_recall_errors(updates, {2: [curves, 2 * curves], 40: [curves]})
    ((figure, alt),) = shown
    axes = figure.axes[0]
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["k = 2", "k = 40"]
    assert "for k = 2, 40." in alt
    wanted = [("k = 2", curves, "third", "-"), (None, 2 * curves, "third", "-"),
              ("k = 40", curves, "second", "--")]  # fmt: skip
    for line, (label, ys, role, style) in zip(axes.get_lines(), wanted, strict=True):
        assert line.get_label() == label or (label is None and line.get_label().startswith("_"))
        assert (line.get_color(), line.get_linestyle()) == (COLORS[role], style)
        np.testing.assert_allclose(line.get_xdata(), updates)
        np.testing.assert_allclose(line.get_ydata(), ys)
