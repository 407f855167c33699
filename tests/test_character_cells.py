"""Character models that differ in their cell alone."""

import numpy as np
import pytest
import torch

from rnn_helpers.character_cells import CELLS, CharacterNetwork, compute_nats, train_characters

TEXT = "abcd" * 400
COIN = "".join("ab"[bit] for bit in np.random.default_rng(0).integers(0, 2, 2000))


@pytest.mark.parametrize("cell", CELLS)
def test_what_repeats_is_learned(cell):
    trained = train_characters(TEXT, "abcd" * 20, cell=cell, seed=0, hidden_size=8, updates=60)
    assert trained.nats < 0.3
    assert len(trained.history.losses) == 60
    blocks = {"RNN": 1, "SimplifiedGRU": 2, "GRU": 3, "LSTM": 4}[cell]
    assert trained.n_parameters == blocks * (8 * (32 + 8) + 2 * 8)


def test_a_coin_costs_ln_2_and_no_less():
    trained = train_characters(COIN[:1500], COIN[1500:], cell="GRU", seed=1, hidden_size=4,
                               updates=30)  # fmt: skip
    assert np.log(2) - 0.05 < trained.nats < np.log(2) + 0.1


def test_nats_are_those_of_each_row_read_on_its_own():
    torch.manual_seed(0)
    network = CharacterNetwork(3, "LSTM", 4)
    ids = np.random.default_rng(1).integers(0, 3, 43)
    total = []
    for row in ids[:40].reshape(8, 5):
        log_p = torch.log_softmax(
            network(torch.from_numpy(row[:-1, None]))[0].detach()[:, 0], dim=-1
        )
        total += [-float(log_p[t, row[t + 1]]) for t in range(4)]
    assert compute_nats(network, ids) == pytest.approx(np.mean(total), rel=1e-5)


def test_the_state_is_carried_from_update_to_update_and_let_go_at_the_end_of_the_text(monkeypatch):
    states = []
    original = CharacterNetwork.forward

    def forward(self, ids, state=None):
        states.append(None if state is None else state.clone())
        assert state is None or not state.requires_grad
        return original(self, ids, state)

    monkeypatch.setattr(CharacterNetwork, "forward", forward)
    text = TEXT * 2  # 100 characters a row: three windows of 32, then anew
    train_characters(text, "abcd" * 20, cell="GRU", seed=0, hidden_size=4, updates=5)
    assert [state is None for state in states[:5]] == [True, False, False, True, False]


def test_characters_that_were_never_seen_share_one_index():
    trained = train_characters(TEXT, "xyzé" * 20, cell="RNN", seed=0, hidden_size=4, updates=2)
    assert np.isfinite(trained.nats)
    assert trained.network.embedding.num_embeddings == 5


def test_the_seed_fixes_the_outcome_and_nobody_elses_dice_are_touched():
    torch.manual_seed(1)
    before = torch.random.get_rng_state()

    def run(seed):
        return train_characters(TEXT, TEXT, cell="GRU", seed=seed, hidden_size=4, updates=3)

    first = run(3)
    torch.testing.assert_close(torch.random.get_rng_state(), before)
    assert run(3).nats == first.nats
    assert run(4).nats != first.nats


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"text": "short"}, ValueError, "text must hold at least 1056 characters, got 5"),
        ({"held_out": "a"}, ValueError, "held_out must hold at least 16 characters, got 1"),
        ({"text": 7}, TypeError, "text must be a string, got int"),
        ({"cell": "MLP"}, ValueError, "cell must be one of"),
        ({"seed": -1}, ValueError, "seed must be an integer of at least 0"),
        ({"learning_rate": 0}, ValueError, "learning_rate must be a finite number greater than 0"),
    ],
)
def test_bad_arguments_are_named(arguments, error, message):
    settings = {"text": TEXT, "held_out": TEXT, "cell": "GRU", "seed": 0} | arguments
    text, held_out = settings.pop("text"), settings.pop("held_out")
    with pytest.raises(error, match=message):
        train_characters(text, held_out, **settings)
