"""The gates of a trained network: those that the layer itself applies, and what is counted."""

import numpy as np
import pytest
import torch

from rnn_helpers.models.agreement import AgreementNetwork, make_agreement_batch
from rnn_helpers.models.trained_gates import GATES, compute_gates, measure_gates


def make_network(cell):
    torch.manual_seed(0)
    return AgreementNetwork(6, cell=cell)


def make_batch():
    return make_agreement_batch(4, 10, rng=np.random.default_rng(1))


@pytest.mark.parametrize("cell", GATES)
def test_the_gates_lead_to_the_states_of_the_layer(cell):
    network, batch = make_network(cell), make_batch()
    reading = compute_gates(network, batch)
    outputs = network.recurrence(network.encode(batch.tokens))[0].detach().numpy()
    assert list(reading.gates) == list(GATES[cell])
    assert all(gate.shape == (6, 10, 6) for gate in reading.gates.values())
    layer = network.recurrence
    W_ih, W_hh, b_ih, b_hh = (
        getattr(layer, f"{name}_l0").detach().numpy()
        for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    x, h = network.encode(batch.tokens).numpy()[3], outputs[2]
    rows = {"f": 1, "i": 0, "o": 3, "r": 0, "z": 1}
    for name, gate in reading.gates.items():  # the word after the third state
        block = slice(6 * rows[name], 6 * rows[name] + 6)
        a = x @ W_ih[block].T + b_ih[block] + h @ W_hh[block].T + b_hh[block]
        np.testing.assert_allclose(gate[3], 1 / (1 + np.exp(-a)), atol=1e-5)


def test_the_carriers_are_the_units_that_tell_the_numbers_apart():
    network, batch = make_network("GRU"), make_batch()
    h = network.recurrence(network.encode(batch.tokens))[0][-1].detach().numpy()
    w, plural = network.verb.weight.detach().numpy()[0], batch.is_plural == 1
    carried = w * (h[plural].mean(axis=0) - h[~plural].mean(axis=0))
    assert compute_gates(network, batch).carriers.tolist() == np.argsort(-carried)[:3].tolist()
    share = np.sort(carried)[-3:].sum() / carried.sum()
    # units of both signs cancel in the sum, so float32's rounding grows in the quotient
    assert compute_gates(network, batch).share == pytest.approx(share, rel=1e-3)
    assert compute_gates(network, batch, carriers=6).share == pytest.approx(1)
    with pytest.raises(ValueError, match="carriers must be"):
        compute_gates(network, batch, carriers=7)
    with pytest.raises(ValueError, match="cell must be one of"):
        compute_gates(make_network("RNN"), batch)


@pytest.mark.parametrize("cell", GATES)
def test_what_is_measured_is_a_mean_over_words_sentences_and_units(cell):
    network, batch = make_network(cell), make_batch()
    reading, rows = compute_gates(network, batch), measure_gates(network, batch)
    assert [row["gate"] for row in rows] == list(GATES[cell])
    name, units = next(iter(GATES[cell])), reading.carriers
    gate, row = reading.gates[name], rows[0]
    others = [unit for unit in range(6) if unit not in units]
    for word, place in enumerate(("before", "subject", "after")):
        assert row[place] == pytest.approx(gate[word][:, units].mean())
        assert row[f"other_{place}"] == pytest.approx(gate[word][:, others].mean())
    assert row["clause"] == pytest.approx(gate[2:][:, :, units].mean())
    assert row["other_clause"] == pytest.approx(gate[2:][:, :, others].mean())
    assert row["direct"] == pytest.approx(np.log10(gate[2:][:, :, units].prod(axis=0)).mean())
