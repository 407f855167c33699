"""Scores, softmax and context against torch and numbers by hand; encoder and decoder by parts."""

import math

import numpy as np
import pytest
import torch

from rnn_helpers.lectures.attention import encoder_decoder
from rnn_helpers.lectures.attention.encoder_decoder import (
    SCORES,
    Decoder,
    Encoded,
    Encoder,
    EncoderDecoder,
    compute_additive_scores,
    compute_contexts,
    compute_dot_scores,
    compute_general_scores,
    masked_softmax,
)

S, T, B, H, A, K = 4, 7, 2, 6, 5, 3


def draw(*shape, seed=0):
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, dtype=torch.float64, generator=generator)


MASK = torch.arange(T) < torch.tensor([7, 4])[:, None]


def test_scores_by_hand():
    s, h = np.array([[[1.0, 2.0]]]), np.array([[[3.0, 1.0]], [[0.0, -1.0]]])
    W = np.array([[1.0, 2.0], [3.0, 4.0]])
    assert compute_dot_scores(s, h).tolist() == [[[5.0, -2.0]]]
    assert compute_general_scores(s, h, W).tolist() == [[[31.0, -10.0]]]  # (7, 10) · h
    additive = compute_additive_scores(s, h, W, np.eye(2), np.array([2.0, -1.0]))
    wanted = [2 * math.tanh(7 + 3) - math.tanh(10 + 1), 2 * math.tanh(7) - math.tanh(10 - 1)]
    np.testing.assert_allclose(additive[0, 0], wanted, atol=1e-14)


def test_each_score_is_that_of_one_state_and_one_annotation():
    s, h = draw(S, B, H), draw(T, B, A, seed=1)
    W, W_s, U, v = draw(H, A, seed=2), draw(H, K, seed=3), draw(A, K, seed=4), draw(K, seed=5)
    general, additive = compute_general_scores(s, h, W), compute_additive_scores(s, h, W_s, U, v)
    assert general.shape == additive.shape == (S, B, T)
    for t, b, j in np.ndindex(S, B, T):
        assert general[t, b, j].item() == pytest.approx((s[t, b] @ W @ h[j, b]).item())
        alone = torch.tanh(s[t, b] @ W_s + h[j, b] @ U) @ v
        assert additive[t, b, j].item() == pytest.approx(alone.item())
    same = compute_general_scores(s, draw(T, B, H), torch.eye(H, dtype=torch.float64))
    torch.testing.assert_close(same, compute_dot_scores(s, draw(T, B, H)))


def test_numpy_gives_what_torch_gives():
    s, h = draw(S, B, H), draw(T, B, H, seed=1)
    scores = compute_dot_scores(s, h)
    np.testing.assert_allclose(compute_dot_scores(s.numpy(), h.numpy()), scores, atol=1e-12)
    weights = masked_softmax(scores.numpy(), MASK.numpy())
    np.testing.assert_allclose(weights, masked_softmax(scores, MASK), atol=1e-12)
    contexts = compute_contexts(weights, h.numpy())
    np.testing.assert_allclose(contexts, compute_contexts(torch.tensor(weights), h), atol=1e-12)


@pytest.mark.parametrize("masked", [False, True])
def test_dot_attention_is_torchs_with_a_scale_of_1_gradients_too(masked):
    mask = MASK if masked else torch.ones(B, T, dtype=torch.bool)
    ours = [draw(S, B, H).requires_grad_(), draw(T, B, H, seed=1).requires_grad_()]
    theirs = [tensor.detach().clone().requires_grad_() for tensor in ours]
    s, h = ours
    mine = compute_contexts(masked_softmax(compute_dot_scores(s, h), mask), h)
    q, k = (tensor.transpose(0, 1) for tensor in theirs)
    wanted = torch.nn.functional.scaled_dot_product_attention(
        q, k, k, attn_mask=mask[:, None], scale=1.0
    ).transpose(0, 1)
    torch.testing.assert_close(mine, wanted, atol=1e-12, rtol=0)
    direction = draw(S, B, H, seed=9)
    (mine * direction).sum().backward()
    (wanted * direction).sum().backward()
    for a, b in zip(ours, theirs, strict=True):
        torch.testing.assert_close(a.grad, b.grad, atol=1e-10, rtol=0)


def test_softmax_by_hand_and_padding_gets_nothing():
    weights = masked_softmax(np.log([[1.0, 3.0, 4.0]]), np.array([[True, True, False]]))
    np.testing.assert_allclose(weights, [[0.25, 0.75, 0.0]], atol=1e-15)
    assert weights[0, 2] == 0.0
    short = draw(S, B, T)
    weights = masked_softmax(short, MASK)
    assert (weights[:, 1, 4:] == 0).all()
    torch.testing.assert_close(weights[:, 1, :4], torch.softmax(short[:, 1, :4], dim=-1))
    torch.testing.assert_close(weights.sum(-1), torch.ones(S, B, dtype=torch.float64))


def test_large_scores_do_not_overflow_and_a_large_score_on_padding_is_not_seen():
    weights = masked_softmax(np.array([1e4, 1e4, 1e9]), np.array([True, True, False]))
    assert weights.tolist() == [0.5, 0.5, 0.0]


def make_tokens(lengths=(7, 4, 1)):
    rng = np.random.default_rng(3)
    tokens = torch.zeros(max(lengths), len(lengths), dtype=torch.long)
    for column, length in enumerate(lengths):
        tokens[:length, column] = torch.from_numpy(rng.integers(1, 10, size=length))
    return tokens, torch.tensor(lengths)


def test_the_encoder_reads_each_text_as_if_it_were_alone():
    torch.manual_seed(0)
    encoder, (tokens, lengths) = Encoder(9, H).double(), make_tokens()
    together = encoder(tokens, lengths)
    assert together.annotations.shape == (7, 3, H)
    assert together.mask.sum(1).tolist() == [7, 4, 1]
    for b, length in enumerate(lengths):
        alone = encoder(tokens[:length, b : b + 1], lengths[b : b + 1])
        torch.testing.assert_close(together.annotations[:length, b], alone.annotations[:, 0])
        torch.testing.assert_close(together.summary[b], alone.summary[0])
        assert (together.annotations[length:, b] == 0).all()


def test_the_summary_has_read_the_whole_text_from_both_ends():
    torch.manual_seed(0)
    encoder, (tokens, lengths) = Encoder(9, H).double(), make_tokens((5, 5))
    encoded = encoder(tokens, lengths)
    torch.testing.assert_close(encoded.summary[:, : H // 2], encoded.annotations[-1, :, : H // 2])
    torch.testing.assert_close(encoded.summary[:, H // 2 :], encoded.annotations[0, :, H // 2 :])


def make_model(score, seed=0):
    torch.manual_seed(seed)
    model = EncoderDecoder(9, 4, H, score=score).double()
    with torch.no_grad():
        for parameter in model.decoder.score_weights:
            parameter += 0.3 * torch.randn_like(parameter)
    return model


@pytest.mark.parametrize("score", [*SCORES, None])
def test_all_steps_at_once_are_the_steps_one_by_one(score):
    model, (tokens, lengths) = make_model(score), make_tokens()
    targets = torch.tensor([[0, 1, 2], [3, 0, 1], [2, 2, 0], [1, 3, 3]])
    at_once = model(tokens, lengths, targets)
    assert at_once.shape == (4, 3, 4)
    decoder, encoded = model.decoder, model.encoder(tokens, lengths)
    state, before = decoder.begin(encoded), torch.full((1, 3), decoder.start)
    for step, target in enumerate(targets):
        states, state = decoder.advance(before, state)
        logits, _ = decoder.predict(states, encoded, decoder.attend(states, encoded))
        torch.testing.assert_close(at_once[step], logits[0])
        before = target[None]
    assert (model(tokens, lengths, 3 - targets)[1:] - at_once[1:]).abs().amax(2).min() > 1e-6


@pytest.mark.parametrize("score", [*SCORES, None])
def test_padding_changes_nothing(score):
    model, (tokens, lengths) = make_model(score), make_tokens()
    targets = torch.tensor([[0, 1, 2], [3, 0, 1]])
    together = model(tokens, lengths, targets)
    for b, length in enumerate(lengths):
        alone = model(tokens[:length, [b]], lengths[[b]], targets[:, [b]])
        torch.testing.assert_close(together[:, [b]], alone)


@pytest.mark.parametrize("score", SCORES)
def test_the_prediction_is_the_equations(score):
    model, (tokens, lengths) = make_model(score), make_tokens()
    decoder, encoded = model.decoder, model.encoder(tokens, lengths)
    states, _ = decoder.advance(torch.tensor([[1, 2, 3]]), decoder.begin(encoded))
    compute = getattr(encoder_decoder, f"compute_{score}_scores")
    scores = compute(states, encoded.annotations, *decoder.score_weights)
    weights = torch.where(encoded.mask, scores, -torch.inf).softmax(-1)
    torch.testing.assert_close(decoder.attend(states, encoded), weights)
    contexts = (weights[0].T[:, :, None] * encoded.annotations).sum(0)
    logits, found = decoder.predict(states, encoded, weights)
    torch.testing.assert_close(found[0], contexts)
    combined = torch.tanh(decoder.combine(torch.cat([contexts, states[0]], dim=1)))
    torch.testing.assert_close(logits[0], decoder.readout(combined))


@pytest.mark.parametrize("score", ["dot", None])
def test_the_decoder_starts_from_the_summary_and_without_attention_it_is_every_context(score):
    decoder, encoded = make_model(score).decoder, Encoded(draw(T, B, H), draw(B, H, seed=1), MASK)
    wanted = torch.tanh(encoded.summary @ decoder.first.weight.T + decoder.first.bias)
    torch.testing.assert_close(decoder.begin(encoded)[0], wanted)
    if score is None:
        assert decoder.attend(draw(S, B, H), encoded) is None
        _, contexts = decoder.predict(draw(S, B, H), encoded, None)
        assert contexts.shape == (S, B, H)
        assert (contexts == encoded.summary).all()


def test_the_dot_score_costs_no_parameter_and_the_general_one_starts_as_it():
    counts = {s: sum(p.numel() for p in make_model(s).parameters()) for s in (*SCORES, None)}
    assert counts["dot"] == counts[None]
    assert counts["general"] == counts[None] + H * H
    assert counts["additive"] == counts[None] + 2 * H * H // 2 + H // 2
    torch.manual_seed(0)
    general = Decoder(4, H, score="general")
    assert (general.score_weights[0] == torch.eye(H)).all()


def test_gates_start_open():
    model = EncoderDecoder(9, 4, H, score="dot")
    for layer, size in ((model.encoder.recurrence, H // 2), (model.decoder.recurrence, H)):
        bias = layer.bias_ih_l0 + layer.bias_hh_l0
        assert (bias[size : 2 * size] == 1).all()


def run(tokens, lengths, targets):
    return EncoderDecoder(9, 4, H, score="dot")(tokens, lengths, targets)


TOKENS, LENGTHS = make_tokens()
TARGETS = torch.zeros(2, 3, dtype=torch.long)
W, U, V = draw(H, K), draw(A, K), draw(K)


@pytest.mark.parametrize(("call", "message"), [
    (lambda: compute_dot_scores(draw(S, B, H), draw(T, B, A)), "one width, got 6 and 5: the g"),
    (lambda: compute_dot_scores(draw(B, H), draw(T, B, H)), r"states must have shape \(any, a"),
    (lambda: compute_dot_scores(draw(S, B, H), draw(T, 3, H)), "annotations must have shape"),
    (lambda: compute_general_scores(draw(S, B, H), draw(T, B, A), draw(A, H)),
     r"W must have shape \(6, 5\), got shape \(5, 6\)"),
    (lambda: compute_additive_scores(draw(S, B, H), draw(T, B, A), W, U.T, V),
     r"U must have shape \(5, 3\)"),
    (lambda: compute_additive_scores(draw(S, B, H), draw(T, B, A), W.T, U, V),
     r"W must have shape \(6, 3\)"),
    (lambda: compute_additive_scores(draw(S, B, H), draw(T, B, A), W, U, V[:, None]),
     r"v must have shape \(any,\)"),
    (lambda: compute_contexts(draw(S, B, 3), draw(T, B, A)), r"weights must have shape \(any,"),
    (lambda: masked_softmax(draw(S, B, T), MASK & ~MASK), "got a row with none"),
    (lambda: Encoder(9, 5), "hidden_size must be even, half a direction, got 5"),
    (lambda: Encoder(0, 6), "n_tokens must be"),
    (lambda: Encoder(9, 6, embedding_size=0), "embedding_size must be"),
    (lambda: Encoder(9, 6)(TOKENS[0], LENGTHS), r"tokens must have shape \(any, any\)"),
    (lambda: Encoder(9, 6)(TOKENS, LENGTHS[1:]), r"lengths must have shape \(3,\), got"),
    (lambda: Decoder(9, 6, score="cosine"), "score must be one of 'dot', 'general', 'additive"),
    (lambda: Decoder(1, 6, score=None), "n_tokens must be"),
    (lambda: run(TOKENS + 9, LENGTHS, TARGETS), "tokens must lie from 0 to 9, got 1"),
    (lambda: run(TOKENS, LENGTHS, TARGETS - 1), "targets must lie from 0 to 3, got -1"),
    (lambda: run(TOKENS, LENGTHS, TARGETS + 4), "targets must lie from 0 to 3, got 4"),
    (lambda: make_model("dot").decoder.advance(TARGETS + 5, draw(1, 3, H)),
     "tokens must lie from 0 to 4, got 5"),
])  # fmt: skip
def test_what_does_not_fit_and_indices_outside_a_table_are_said(call, message):
    with pytest.raises(ValueError, match=message):
        call()
