"""The recurrent language model: against torch, against a plain loop, against counts by hand."""

import numpy as np
import pytest
import torch
from torch.nn.functional import cross_entropy

from rnn_helpers.models.language_model import (
    LanguageModel,
    compute_nats,
    make_streams,
    train_language_model,
)
from rnn_helpers.models.ngrams import compute_ngram_nats
from rnn_helpers.models.training import CELLS

T, B, E, H, V = 7, 2, 4, 5, 6
BLOCKS = {"RNN": 1, "SimplifiedGRU": 2, "GRU": 3, "LSTM": 4}


def make_model(cell="RNN", num_layers=1):
    """A model in float64 whose weights are large enough for every one of them to matter."""
    with torch.random.fork_rng():
        torch.manual_seed(0)
        model = LanguageModel(V, H, cell=cell, embedding_size=E, num_layers=num_layers).double()
    with torch.no_grad():
        for parameter in (*model.recurrence.parameters(), *model.readout.parameters()):
            parameter *= 3
    return model


def make_ids(length, *, seed=0, n_tokens=V):
    return np.random.default_rng(seed).integers(0, n_tokens, length)


def states(state):
    return state if isinstance(state, tuple) else (state,)


def assert_same(state, other, **tolerance):
    for ours, theirs in zip(states(state), states(other), strict=True):
        torch.testing.assert_close(ours, theirs, **tolerance)


@pytest.mark.parametrize("num_layers", [1, 2, 3])
@pytest.mark.parametrize("cell", CELLS)
def test_a_step_in_numpy_is_the_forward_pass(cell, num_layers):
    model, ids = make_model(cell, num_layers), make_ids(T)
    with torch.no_grad():
        wanted = model(torch.from_numpy(ids[:, None]))[0][:, 0].numpy()
    step, state = model.make_step(), None
    for token, logits in zip(ids, wanted, strict=True):
        ours, state = step(token, state)
        np.testing.assert_allclose(ours, logits, atol=1e-12)
    assert len(state) == num_layers * (2 if cell == "LSTM" else 1)


def test_a_step_has_the_precision_and_the_weights_of_the_moment_it_was_made():
    model = LanguageModel(V, H, cell="GRU", embedding_size=E, num_layers=2)
    step = model.make_step()
    before, state = step(2, None)
    assert before.dtype == np.float32
    kept, after = [s.copy() for s in state], step(3, state)[0]
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(1.0)
    np.testing.assert_array_equal(step(2, None)[0], before)
    assert np.abs(model.make_step()(2, None)[0] - before).min() > 0.1
    np.testing.assert_array_equal(step(3, state)[0], after)  # no hidden memory
    np.testing.assert_array_equal(state, kept)


@pytest.mark.parametrize("cell", ["RNN", "GRU", "LSTM"])
def test_two_layers_are_torchs_two_layers(cell):
    model = make_model(cell, 2)
    theirs = getattr(torch.nn, cell)(E, H, 2).double()
    theirs.load_state_dict(model.recurrence.state_dict())
    tokens = torch.from_numpy(make_ids(T * B).reshape(T, B))
    with torch.no_grad():
        wanted = model.readout(theirs(model.embedding(tokens))[0])
        torch.testing.assert_close(model(tokens)[0], wanted, atol=1e-12, rtol=0)


@pytest.mark.parametrize("cell", CELLS)
def test_two_parts_are_the_whole_and_a_batch_is_a_loop_over_it(cell):
    model = make_model(cell)
    tokens = torch.from_numpy(make_ids(T * B).reshape(T, B))
    logits, state = model(tokens)
    assert logits.shape == (T, B, V)
    assert [tuple(s.shape) for s in states(state)] == [(1, B, H)] * (2 if cell == "LSTM" else 1)
    first, between = model(tokens[:3])
    second, end = model(tokens[3:], between)
    torch.testing.assert_close(torch.cat([first, second]), logits, rtol=0, atol=1e-12)
    assert_same(end, state, rtol=0, atol=1e-12)
    for column in range(B):
        alone, _ = model(tokens[:, [column]])
        torch.testing.assert_close(alone[:, 0], logits[:, column], rtol=0, atol=1e-12)


@pytest.mark.parametrize("cell", CELLS)
def test_the_start_is_a_zero_vector_that_is_never_learned(cell):
    model = make_model(cell)
    assert model.start == V
    start = torch.full((1, 1), model.start)
    assert (model.embedding(start) == 0).all()
    logits, _ = model(start)
    logits.square().sum().backward()
    assert (model.embedding.weight.grad == 0).all()
    assert model.readout.weight.grad.abs().sum() > 0


def test_streams_lie_side_by_side_each_in_order():
    ids = np.arange(10, 24)
    four = [[10, 14, 18], [11, 15, 19], [12, 16, 20], [13, 17, 21]]  # 22 and 23 are left out
    assert make_streams(ids, 3).tolist() == four
    assert make_streams(ids, 1)[:, 0].tolist() == ids.tolist()
    assert make_streams(ids, 14).tolist() == [ids.tolist()]
    streams = make_streams(ids, 2)
    streams[:] = 0
    assert ids[0] == 10  # a copy


def by_hand(model, ids, state=None):
    """Mean −ln p, one token and one torch call at a time."""
    total, token = 0.0, model.start
    with torch.no_grad():
        for target in ids.tolist():
            logits, state = model(torch.tensor([[token]]), state)
            total += float(cross_entropy(logits[0], torch.tensor([target])))
            token = target
    return total / len(ids)


@pytest.mark.parametrize("cell", CELLS)
def test_nats_are_those_of_a_plain_loop(cell):
    model, ids = make_model(cell), make_ids(1100)  # more than two of the parts it is read in
    nats = compute_nats(model, ids)
    assert nats == pytest.approx(by_hand(model, ids), rel=1e-10)
    assert nats > np.log(V)  # not the uniform model by accident
    for parameter in model.parameters():
        assert parameter.grad is None


def test_streams_are_scored_each_without_a_past():
    model, ids = make_model("LSTM"), make_ids(23)
    parts = [by_hand(model, part) for part in (ids[:7], ids[7:14], ids[14:21])]
    assert compute_nats(model, ids, n_streams=3) == pytest.approx(np.mean(parts), rel=1e-10)
    alone = [by_hand(model, ids[[place]]) for place in range(23)]
    assert compute_nats(model, ids, n_streams=99) == pytest.approx(np.mean(alone), rel=1e-10)


@pytest.mark.parametrize("cell", ["RNN", "LSTM"])
def test_the_state_before_a_text_counts(cell):
    model, ids = make_model(cell), make_ids(11)
    _, state = model(torch.from_numpy(make_ids(T, seed=1))[:, None])
    nats = compute_nats(model, ids, state=state)
    assert nats == pytest.approx(by_hand(model, ids, state), rel=1e-10)
    assert abs(nats - compute_nats(model, ids)) > 1e-4


CYCLE = np.tile([0, 1, 0, 2], 150)
SMALL = {"n_tokens": 3, "hidden_size": 8, "embedding_size": 4, "n_streams": 5, "window": 8}


def train(ids=CYCLE, held_out=CYCLE[:60], **options):
    return train_language_model(ids, held_out, **SMALL | {"updates": 6, "evaluations": 1} | options)


@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("cell", CELLS)
def test_a_trained_model_beats_the_bigram(cell, seed):
    trained = train(cell=cell, seed=seed, updates=120, learning_rate=0.03)
    bigram = compute_ngram_nats(CYCLE, CYCLE[:60], order=1, strength=1.0)
    assert trained.nats < bigram - 0.2
    assert trained.nats == compute_nats(trained.model, CYCLE[:60])
    assert trained.perplexity == pytest.approx(np.exp(trained.nats))
    blocks = BLOCKS[cell] * (8 * (4 + 8) + 2 * 8)
    assert trained.n_parameters == 4 * 4 + blocks + 8 * 3 + 3
    assert len(trained.history.losses) == 120


def test_a_text_is_learned_by_two_layers():
    run = train(cell="GRU", num_layers=2, hidden_size=12, updates=150, learning_rate=0.02)
    assert run.model.recurrence.num_layers == 2
    assert run.nats < 0.1


def test_a_coin_costs_ln_2_and_no_less():
    coin = make_ids(900, n_tokens=2)
    trained = train(coin[:600], coin[600:], n_tokens=2, updates=30)
    assert np.log(2) - 0.05 < trained.nats < np.log(2) + 0.1


def test_the_learning_rate_falls_from_what_was_asked_for(monkeypatch):
    rates, step = [], torch.optim.Adam.step
    monkeypatch.setattr(torch.optim.Adam, "step",
                        lambda a: rates.append(a.param_groups[0]["lr"]) or step(a))  # fmt: skip
    train(updates=4, learning_rate=0.02)
    assert rates == pytest.approx([0.02 * (1 + np.cos(np.pi * k / 4)) / 2 for k in range(4)])


def test_held_out_perplexity_is_recorded_on_time():
    trained = train(updates=7, evaluations=3)
    assert [update for update, _ in trained.history.evaluations] == [3, 6, 7]
    nats = compute_nats(trained.model, CYCLE[:60], n_streams=16)
    assert trained.history.evaluations[-1][1] == pytest.approx(np.exp(nats))


def test_the_seed_reaches_the_weights():
    first, again, other = train(seed=3), train(seed=3), train(seed=4)
    assert first.nats == again.nats != other.nats
    assert first.history == again.history


@pytest.fixture
def calls(monkeypatch):
    """What the model is given while it is trained: tokens, and the state before them."""
    seen, forward = [], LanguageModel.forward

    def watch(self, tokens, state=None):
        output = forward(self, tokens, state)
        if torch.is_grad_enabled():
            seen.append((tokens.tolist(), state, output[1]))
        return output

    monkeypatch.setattr(LanguageModel, "forward", watch)
    return seen


@pytest.mark.parametrize("length", [17, 16, 14, 12])
def test_windows_follow_each_other_and_begin_anew_at_the_end(calls, length):
    ids = np.arange(length) % 5
    train(ids, n_tokens=5, held_out=ids, n_streams=2, window=3, updates=4)
    # two streams of eight, seven or six have room for two windows each, the last up to its end
    x = [[5, 5], *zip(ids[: length // 2], ids[length // 2 :], strict=False)]  # 5 is the start
    first, second = ([list(row) for row in x[start : start + 3]] for start in (0, 3))
    assert [tokens for tokens, _, _ in calls] == [first, second, first, second]
    for (_, before, _), (_, _, left) in zip(calls[1::2], calls[0::2], strict=True):
        assert torch.equal(before, left)
        assert not before.requires_grad
    assert calls[0][1] is calls[2][1] is None


def test_the_loss_is_that_of_the_next_tokens(calls):
    ids = np.arange(17) % 5
    with torch.random.fork_rng():
        torch.manual_seed(2)
        model = LanguageModel(5, 8, embedding_size=4)
    trained = train(ids, n_tokens=5, held_out=ids, n_streams=2, window=3, updates=1, seed=2)
    by_streams = [by_hand(model, ids[:3]), by_hand(model, ids[8:11])]
    assert trained.history.losses[0] == pytest.approx(np.mean(by_streams), rel=1e-5)


def test_no_more_streams_than_the_text_has_room_for_and_two_windows_are_enough(calls):
    train(CYCLE[:100], n_streams=32, window=16, updates=1)
    assert np.shape(calls[0][0]) == (16, 3)
    assert len(train(CYCLE[:16], CYCLE[:1], updates=3).history.losses) == 3


@pytest.mark.parametrize("cell", ["RNN", "LSTM"])
def test_a_state_that_is_not_carried_is_zero_every_time(cell, calls):
    carried = train(cell=cell, updates=4)
    given = [state for _, state, _ in calls]
    assert given[0] is None
    assert all(state is not None for state in given[1:])
    assert not any(s.requires_grad for state in given[1:] for s in states(state))
    calls.clear()
    cold = train(cell=cell, updates=4, carry=False)
    assert [state for _, state, _ in calls] == [None] * 4
    assert cold.nats != carried.nats


@pytest.mark.parametrize(("streams", "stopped"), [
    ((1,), "Interrupted before the last score."),
    ((1, 16), "Interrupted after 6 updates. Interrupted before the last score."),
])  # fmt: skip
def test_an_interrupt_of_a_score_keeps_the_model_and_the_history(monkeypatch, streams, stopped):
    wanted = train()

    def interrupted(model, ids, n_streams=1):
        if n_streams in streams:
            raise KeyboardInterrupt
        return compute_nats(model, ids, n_streams=n_streams)

    monkeypatch.setattr("rnn_helpers.models.language_model.compute_nats", interrupted)
    trained = train()
    assert np.isnan(trained.nats)
    assert np.isnan(trained.perplexity)
    assert trained.history.stopped == stopped
    assert trained.history.losses == wanted.history.losses
    assert torch.equal(trained.model.readout.bias, wanted.model.readout.bias)


def test_the_bar_has_the_label_and_silence_is_the_default(capsys):
    train(progress="characters, seed 0", updates=2)
    assert capsys.readouterr().out.startswith("\rcharacters, seed 0")
    train(updates=2)
    assert capsys.readouterr() == ("", "")


def test_truncation_cuts_the_gradient_and_not_the_state():
    whole, window, cut = (train(updates=3, truncate=k).history.losses for k in (None, 8, 2))
    assert whole == window
    assert cut[0] == pytest.approx(whole[0], rel=1e-6)  # the same forward pass
    assert cut[2] != pytest.approx(whole[2], rel=1e-6)  # after other gradients


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: LanguageModel(1), ValueError, "n_tokens must be an integer of at least 2, got 1"),
    (lambda: LanguageModel(V, embedding_size=0), ValueError, "embedding_size must be an int"),
    (lambda: LanguageModel(V, 0), ValueError, "hidden_size must be an integer of at least 1"),
    (lambda: LanguageModel(V, num_layers=0), ValueError, "num_layers must be an .*1, got 0"),
    (lambda: LanguageModel(V, cell="MLP"), ValueError,
     "cell must be one of 'RNN', 'SimplifiedGRU', 'GRU', 'LSTM'"),
    *((lambda token=token: make_model()(torch.tensor([[0, token]])), ValueError,
       f"tokens must lie from 0 to 6, got {token}") for token in (-1, V + 1)),
    *((lambda token=token: make_model().make_step()(token, None), ValueError,
       f"token must be an integer from 0 to 6, got {token}") for token in (-1, V + 1)),
    (lambda: make_streams([1, 2, 3], 4), ValueError, "n_streams must be .* from 1 to 3, got 4"),
    (lambda: make_streams([1, 2, 3], 0), ValueError, "n_streams must be .* from 1 to 3, got 0"),
    (lambda: make_streams([1, 2, 3], 1.0), TypeError, "n_streams must be .* 1 to 3, got 1.0"),
    (lambda: make_streams([], 1), ValueError, "ids must not be empty"),
    (lambda: make_streams([[1, 2]], 1), ValueError, "ids must have 1 axes, got 2"),
    (lambda: compute_nats(make_model(), [0, 6]), ValueError, "ids must lie from 0 to 5, got 6"),
    (lambda: compute_nats(make_model(), [-1, 7]), ValueError, "ids must lie .*, got -1"),
    (lambda: compute_nats(make_model(), []), ValueError, "ids must not be empty"),
    (lambda: compute_nats(make_model(), "text"), TypeError, "ids must be an array of numbers"),
    (lambda: compute_nats(make_model(), make_ids(9), n_streams="x"), TypeError,
     "n_streams must be an integer of at least 1, got 'x'"),
    (lambda: compute_nats(make_model(), make_ids(9), n_streams=0), ValueError, "n_streams"),
    (lambda: train(CYCLE[:15]), ValueError, "^ids must hold at least 16 tokens, got 15"),
    (lambda: train(CYCLE + 1), ValueError, "^ids must lie from 0 to 2, got 3"),
    (lambda: train("text"), TypeError, "^ids must be an array of numbers"),
    (lambda: train(held_out=[]), ValueError, "held_out_ids must not be empty"),
    (lambda: train(held_out=[0, -2]), ValueError, "held_out_ids must lie from 0 to 2, got -2"),
    (lambda: train(n_tokens=1), ValueError, "n_tokens must be an integer of at least 2, got 1"),
    (lambda: train(seed=-1), ValueError, "seed must be an integer of at least 0, got -1"),
    (lambda: train(n_streams=0), ValueError, "n_streams must be an integer of at least 1"),
    (lambda: train(window=0), ValueError, "window must be an integer of at least 1, got 0"),
    (lambda: train(truncate=0), ValueError, "truncate must be an integer of at least 1, got 0"),
    (lambda: train(updates=2.5), TypeError, "updates must be an integer of at least 1, got 2."),
    (lambda: train(evaluations=0), ValueError, "evaluations must be an integer of at least 1"),
    (lambda: train(learning_rate=0), ValueError, "learning_rate must be a finite number great"),
])  # fmt: skip
def test_what_is_wrong_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
