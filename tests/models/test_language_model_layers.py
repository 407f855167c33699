"""A language model of several recurrent layers: against torch, and step by step."""

import numpy as np
import pytest
import torch

from rnn_helpers.models.language_model import (
    LanguageModel,
    compute_nats,
    train_language_model,
)
from rnn_helpers.models.training import CELLS

V, E, H = 6, 4, 5
IDS = np.random.default_rng(0).integers(0, V, 200)


def make_model(cell, num_layers):
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = LanguageModel(V, H, cell=cell, embedding_size=E, num_layers=num_layers).double()
    with torch.no_grad():
        for parameter in model.recurrence.parameters():
            parameter *= 3
    return model


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("num_layers", [1, 2, 3])
def test_a_step_in_numpy_is_the_forward_pass(cell, num_layers):
    model = make_model(cell, num_layers)
    with torch.no_grad():
        wanted = model(torch.from_numpy(IDS[:7, None]))[0][:, 0].numpy()
    step, state = model.make_step(), None
    for token, logits in zip(IDS[:7], wanted, strict=True):
        ours, state = step(token, state)
        np.testing.assert_allclose(ours, logits, atol=1e-12)
    assert len(state) == num_layers * (2 if cell == "LSTM" else 1)


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])
def test_two_layers_are_torchs_two_layers(cell):
    model = make_model(cell, 2)
    theirs = getattr(torch.nn, cell)(E, H, 2).double()
    theirs.load_state_dict(model.recurrence.state_dict())
    tokens = torch.from_numpy(IDS[:14].reshape(7, 2))
    with torch.no_grad():
        wanted = model.readout(theirs(model.embedding(tokens))[0])
        torch.testing.assert_close(model(tokens)[0], wanted, atol=1e-12, rtol=0)


def test_the_step_keeps_its_weights_and_its_states():
    model = make_model("GRU", 2)
    step = model.make_step()
    _, state = step(1, None)
    kept = [s.copy() for s in state]
    before = step(2, state)[0]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.zero_()
    np.testing.assert_array_equal(step(2, state)[0], before)
    for now, then in zip(state, kept, strict=True):
        np.testing.assert_array_equal(now, then)


def test_a_text_is_learned_by_two_layers():
    ids = np.tile([0, 1, 2, 1], 400)
    options = {"n_tokens": V, "hidden_size": 12, "window": 8, "n_streams": 8, "updates": 150}
    run = train_language_model(
        ids, ids[:200], cell="GRU", num_layers=2, learning_rate=2e-2, evaluations=1, **options
    )
    assert run.model.recurrence.num_layers == 2
    assert run.nats < 0.1
    assert run.nats == pytest.approx(compute_nats(run.model, ids[:200]))


def test_no_layer_is_refused():
    with pytest.raises(ValueError, match="num_layers must be an integer of at least 1, got 0"):
        LanguageModel(V, num_layers=0)
