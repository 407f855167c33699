"""The figures of lecture 04 say in words what they draw."""

import numpy as np
import pytest

from rnn_helpers.lectures.backpropagation_through_time import plots
from rnn_helpers.lectures.backpropagation_through_time.recall import compute_truncation_bias
from rnn_helpers.lectures.backpropagation_through_time.truncation import compute_truncation


@pytest.fixture
def shown(monkeypatch):
    """What was shown: figures and their alternative texts."""
    found = []
    monkeypatch.setattr(plots, "show", lambda figure, *, alt: found.append((figure, alt)))
    return found


def test_the_network_is_drawn(shown):
    plots.draw_network()
    ((_, alt),) = shown
    assert "gradient runs against all arrows" in alt


def test_the_shares_of_pairs_fall_by_what_is_said(shown):
    runs = {1.0: [compute_truncation(k=40, spectral_radius=1.0, seed=seed) for seed in range(3)]}
    plots.draw_pair_shares(runs)
    ((figure, alt),) = shown
    middle = np.median([run.pair for run in runs[1.0]], axis=0)
    assert f"by {np.log10(middle[0] / middle[20]):.1f} powers of ten for ρ = 1." in alt
    (line,) = figure.axes[0].get_lines()
    np.testing.assert_allclose(line.get_ydata(), middle)


def test_the_lost_parts_are_drawn_from_one(shown):
    settings = {"length": 12, "hidden_size": 4, "batch_size": 4, "delay": 2, "n_batches": 9}
    results = {task: compute_truncation_bias(k=2, task=task, **settings)
               for task in ("recall", "random")}  # fmt: skip
    plots.draw_lost_parts(results)
    ((figure, alt),) = shown
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    assert list(lines) == ["recall", "random", "1/√n"]
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
    assert len(axes.get_lines()) == 3
    assert "for k = 2, 40." in alt
    second = axes.get_lines()[1]
    np.testing.assert_allclose(second.get_xdata(), updates)
    np.testing.assert_allclose(second.get_ydata(), 2 * curves)
