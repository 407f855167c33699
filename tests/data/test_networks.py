"""The trained networks that ship: whole, small, and as good as the study says."""

import numpy as np
import pytest

from rnn_helpers import data
from rnn_helpers.data.networks import NETWORKS, read_text_networks
from rnn_helpers.data.studies import read_study
from rnn_helpers.models.language_model import LanguageModel, compute_nats

VOCABULARY, STATES = read_text_networks()


def load_model(cell):
    """The stored network as the model that it was trained as."""
    model = LanguageModel(len(VOCABULARY), 64, cell=cell).double()
    tensors = model.state_dict()
    assert set(tensors) == set(STATES[cell])
    for name, tensor in tensors.items():
        tensor.copy_(tensor.new_tensor(STATES[cell][name]))
    return model


def test_the_file_is_small_and_holds_three_networks():
    assert NETWORKS.stat().st_size <= 300_000
    assert list(STATES) == ["RNN", "GRU", "LSTM"]
    assert VOCABULARY.tokens[0] == "<unk>"
    assert len(set(VOCABULARY.tokens)) == len(VOCABULARY)


@pytest.mark.parametrize("cell", STATES)
def test_a_stored_network_predicts_as_well_as_the_study_says(cell):
    _, held_out = data.split_text(data.load_manual(drop_repeats=True))
    rows = read_study("connectivity").select(cell=cell, budget=3000, rate="own", seed=0)
    nats = compute_nats(load_model(cell), VOCABULARY.encode(held_out), n_streams=16)
    assert np.isclose(nats, rows["nats"][0], atol=0.02)  # sixteen streams begin without a past
