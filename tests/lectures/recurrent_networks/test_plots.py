"""The figures of lecture 02: each line and dot is the number that it is named after."""

import numpy as np
import pytest

from rnn_helpers.lectures.recurrent_networks import plots
from rnn_helpers.lectures.recurrent_networks.nudge import compute_nudge


@pytest.fixture
def shown(monkeypatch):
    """What was shown: a list of (figure, alternative text)."""
    kept = []
    monkeypatch.setattr(plots, "show", lambda figure, *, alt: kept.append((figure, alt)))
    return kept


def test_the_network_is_drawn_with_the_names_of_the_lecture(shown):
    plots.draw_network()
    figure, said = shown[0]
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert {"$y_{t}$", "W_hy", "W_hh", "W_xh", "$h_{4}$"} <= texts
    assert "y_t above through W_hy" in said


def test_each_nudge_has_its_line_and_its_last_step(shown):
    nudges = [compute_nudge(spectral_radius=radius, seed=1) for radius in (0.5, 1.2)]
    plots.draw_nudges(nudges)
    figure, said = shown[0]
    lines = {line.get_label(): line for line in figure.axes[0].get_lines()}
    for nudge in nudges:
        line = lines[f"ρ = {nudge.spectral_radius}"]
        np.testing.assert_array_equal(line.get_ydata(), nudge.shares[:40])
        assert f"ρ = {nudge.spectral_radius}: last above 1 % at {nudge.last_visible}" in said


def test_the_lowest_check_is_circled_and_no_trained_number_is_told(shown):
    plots.draw_training([0.9, 0.5, 0.3], {0: 0.8, 10: 0.2, 20: 0.4})
    figure, said = shown[0]
    training, validation, circle = figure.axes[0].get_lines()
    np.testing.assert_array_equal(training.get_ydata(), [0.9, 0.5, 0.3])
    np.testing.assert_array_equal(validation.get_xydata(), [[0, 0.8], [10, 0.2], [20, 0.4]])
    np.testing.assert_array_equal(circle.get_xydata(), [[10, 0.2]])
    assert not any(letter.isdigit() for letter in said)


def test_every_seed_is_a_dot_and_the_live_one_a_cross(shown):
    errors = {"RNN": np.array([20.0, 22.0]), "SimplifiedGRU": np.array([19.0, 18.0])}
    plots.draw_spread(errors, lines={"AR(2)": 20.5, "AR(9)": 17.4}, live={"RNN": 21.25})
    figure, said = shown[0]
    lines = figure.axes[0].get_lines()
    np.testing.assert_array_equal(lines[0].get_xydata(), [[20, 0], [22, 0]])
    assert lines[1].get_xdata()[0] == 21.0
    assert lines[2].get_xydata().tolist() == [[21.25, 0]]
    np.testing.assert_array_equal(lines[3].get_xydata(), [[19, 1], [18, 1]])
    assert "RNN: 20.0 to 22.0, mean 21.0" in said
    assert "AR(9) at 17.4" in said
    assert "21.25" not in said
