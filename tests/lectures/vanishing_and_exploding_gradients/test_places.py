"""Where the drawings of lecture 05 put what, and what their axes say of it."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from matplotlib.collections import QuadMesh

from rnn_helpers.display.figures import COLORS, STYLES, new_figure
from rnn_helpers.lectures.vanishing_and_exploding_gradients import ellipses, plots
from rnn_helpers.lectures.vanishing_and_exploding_gradients.cliff import MAP, compute_cliff_loss
from rnn_helpers.lectures.vanishing_and_exploding_gradients.demos import clipping_cliff_demo
from rnn_helpers.models.agreement import (
    AGREEMENT_WORDS,
    AgreementNetwork,
    compute_subject_difference,
    make_agreement_batch,
)
from rnn_helpers.recurrences.carried import compute_carried


@pytest.fixture
def shown(monkeypatch):
    found = []
    for module in (plots, ellipses):
        monkeypatch.setattr(module, "show", lambda figure, *, alt, **_: found.append((figure, alt)))
    return found


def test_the_map_has_w_across_and_b_up_and_its_corners_are_told(shown):
    plots.draw_loss_map()
    ((figure, said),) = shown
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("weight w", "bias b")
    np.testing.assert_allclose((axes.get_xlim(), axes.get_ylim()), MAP)
    (mesh,) = (each for each in axes.collections if isinstance(each, QuadMesh))
    corners = mesh.get_coordinates()
    middle = (corners[1:, 1:] + corners[:-1, :-1]) / 2
    loss = compute_cliff_loss(middle[..., 0], middle[..., 1])[0]
    off = np.abs(np.asarray(mesh.get_array()).reshape(loss.shape) - loss)
    assert np.quantile(off, 0.95) < 0.01  # at the wall a cell is steeper than that
    upper_right, lower_left = loss[-30:, -30:], loss[:30, :30]
    assert upper_right.max() < 0.1 < 0.3 < lower_left.min()
    assert "low in the upper right, flat and high in the lower left" in said


def test_each_side_of_the_explorer_has_the_product_that_is_worked_out_there():
    carried = compute_carried(length=10, networks=3)
    apart = carried.meeting.copy()
    apart[0] -= 1.0
    middle = np.argsort(carried.ends)[1]
    _, (axes, lower) = new_figure(8, 6.2, nrows=2)
    artists = plots.draw_carried(replace(carried, meeting=apart), (axes, lower))
    xs, ys = artists["ends"].get_data()
    for step in (0, 10):
        np.testing.assert_allclose(np.log10(ys[xs == step]), apart[step, middle])
    assert {axes.get_xlabel(), lower.get_xlabel()} == {"step t"}
    for way, step, mark in (("forward", 10, ">"), ("back", 0, "<")):
        head, line = artists[f"{way} end"], artists[way].get_xydata()
        np.testing.assert_allclose(head.get_xydata(), line[line[:, 0] == step])
        assert head.get_marker() == mark
    assert "v · (P u) at the last, (Pᵀ v) · u at the first" in plots.PARTS["product"]
    assert "in hₜ: Jₜ ⋯ J₁ u, where" in plots.PARTS["nudge"]
    assert "the transposed Jacobians of the steps T, …, t + 1," in plots.PARTS["gradient"]


def test_the_decays_by_kind_run_over_lags(shown):
    logs = np.linspace(0, -3, 5)[None].repeat(2, axis=0)
    plots.draw_decays_by_kind({("tanh", "gaussian"): logs, ("tanh", "identity"): logs})
    ((figure, _),) = shown
    assert {axes.get_xlabel() for axes in figure.axes} == {"lag k, in steps"}


def test_every_row_of_ellipses_has_its_name_its_look_and_the_slopes_of_its_steps(shown):
    rng = np.random.default_rng(3)
    chains = {name: rng.normal(size=(3, 2, 2)) for name in ("identity", "tanh")}
    slopes = rng.uniform(size=(3, 2))
    ellipses.draw_ellipses(chains, {"tanh": slopes})
    ((figure, said),) = shown
    for axes, name in zip(figure.axes, chains, strict=True):
        assert axes.get_title(loc="left") == name
        drawn = axes.get_lines()[1::3]  # between the circle and the longest half axis
        assert {line.get_color() for line in drawn} == {COLORS[name]}
        assert {line.get_linestyle() for line in drawn} == {STYLES[name]}
    texts = [text.get_text() for text in figure.axes[1].texts]
    products = [text.partition("\n")[0] for text in texts[::2]]
    assert products == ["", "J₁", "J₂ ⋯ J₁", "J₃ ⋯ J₁"]
    pairs = ["{:.2f}, {:.2f}".format(*pair) for pair in slopes]
    assert texts[1::2] == ["slopes", *pairs]
    assert len(figure.axes[0].texts) == 4  # no slopes are written where none were given
    assert f"(slopes of the two units: {'; '.join(pairs)})" in said


def test_the_cliff_begins_where_the_lecture_tells_of_it():
    demo = clipping_cliff_demo()
    values = {name: demo.controls[name].value for name in ("learning_rate", "start_w")}
    assert values == pytest.approx({"learning_rate": 0.5, "start_w": 5.5})
    assert "the longest move is 372 (a gradient of norm 745)" in demo.message
    demo.close()


def test_what_is_left_of_the_subject_is_measured_from_the_word_after_it():
    torch.manual_seed(1)
    network = AgreementNetwork(6).double()
    batch = make_agreement_batch(5, 8, rng=np.random.default_rng(0))
    other = {"cat": "cats", "dog": "dogs", "bird": "birds", "child": "children"}
    other |= {many: one for one, many in other.items()}
    places, turned = {word: n for n, word in enumerate(AGREEMENT_WORDS)}, batch.tokens.copy()
    turned[1] = [places[other[AGREEMENT_WORDS[token]]] for token in batch.tokens[1]]
    with torch.no_grad():
        states = [network.recurrence(network.encode(each))[0] for each in (batch.tokens, turned)]
    sizes = (states[0] - states[1]).flatten(1).norm(dim=1).numpy()
    assert sizes[0] == 0  # the first word is the same
    shares = compute_subject_difference(network, batch)
    np.testing.assert_allclose(shares, sizes[1:] / sizes[1], rtol=1e-9)
    assert len(shares) == len(batch.tokens) - 1
