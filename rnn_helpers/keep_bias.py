"""Gated layers that start by keeping, and how they learn which verb follows."""

import numpy as np
import torch

from rnn_helpers import layers
from rnn_helpers.agreement import (
    BATCH_SIZE,
    TEST_SIZE,
    AgreementNetwork,
    TrainedAgreement,
    compute_agreement_loss,
)
from rnn_helpers.tasks import AGREEMENT_WORDS, make_agreement_batch
from rnn_helpers.training import fit, one_thread
from rnn_helpers.validation import check_choice, check_integer, check_number

GATED = ("SimplifiedGRU", "GRU", "LSTM")


def set_keep_bias(layer, bias):
    """Start the gate that keeps from a bias: `bias_ih` gets it, `bias_hh` gets 0, in place.

    That gate is the forget gate of an LSTM and the update gate of a GRU, the second block of rows
    in both, and the first of a simplified GRU. Where the update gate takes, it gets −`bias`.

    Parameters
    ----------
    layer : rnn_helpers.layers.LSTM, GRU or SimplifiedGRU
        With biases; every layer and direction of it is set.
    bias : float

    Raises
    ------
    TypeError, ValueError
        Another layer, one without biases, or `bias` no finite number.

    Source
    ------
    For the forget gate: Jozefowicz, Zaremba & Sutskever (2015), ICML.

    Examples
    --------
    >>> layer = layers.GRU(1, 2)
    >>> set_keep_bias(layer, 1.0)
    >>> (layer.bias_ih_l0 + layer.bias_hh_l0)[2:4].tolist()
    [1.0, 1.0]
    """
    bias = check_number("bias", bias)
    if not isinstance(layer, (layers.LSTM, layers.GRU, layers.SimplifiedGRU)):
        raise TypeError(f"layer must be an LSTM, a GRU or a SimplifiedGRU, got {layer!r}")
    if not layer.bias:
        raise ValueError("layer must have biases, got bias=False")
    if getattr(layer, "update", "keeps") == "takes":
        bias = -bias
    H = layer.hidden_size
    rows = slice(H) if isinstance(layer, layers.SimplifiedGRU) else slice(H, 2 * H)
    with torch.no_grad():
        for name, parameter in layer.named_parameters():
            if name.startswith("bias"):
                parameter[rows] = bias if name.startswith("bias_ih") else 0.0


def train_agreement_cell(distance, *, cell, seed, keep_bias=None, updates=200, learning_rate=3e-3):
    """Train one gated layer of 32 units on number agreement, as `train_agreement` trains an RNN.

    Parameters
    ----------
    distance : int
        The number of words between the subject and the verb.
    cell : {"SimplifiedGRU", "GRU", "LSTM"}
    seed : int
        Fixes the weights and the sentences.
    keep_bias : float, optional
        As in `set_keep_bias`; without it the gates start as torch.nn starts them.
    updates : int
        Each sees 32 new sentences; the gradients are clipped at a global norm of 1.
    learning_rate : float > 0
        Of Adam.

    Returns
    -------
    trained : TrainedAgreement

    Raises
    ------
    TypeError, ValueError
        A number out of range, an unknown cell.
    """
    check_choice("cell", cell, GATED)
    check_integer("seed", seed, minimum=0)
    rng = np.random.default_rng(seed)
    test = make_agreement_batch(distance, TEST_SIZE, rng=np.random.default_rng([seed, 1]))
    with torch.random.fork_rng(), one_thread():
        torch.manual_seed(seed)
        network = AgreementNetwork()
        network.recurrence = getattr(layers, cell)(len(AGREEMENT_WORDS), 32)
        if keep_bias is not None:
            set_keep_bias(network.recurrence, keep_bias)

        def compute_loss():
            return compute_agreement_loss(
                network, make_agreement_batch(distance, BATCH_SIZE, rng=rng)
            )

        history = fit(network, compute_loss, updates=updates, learning_rate=learning_rate)
        with torch.no_grad():
            guess = network(torch.from_numpy(test.tokens)).numpy() > 0
    return TrainedAgreement(network, float((guess == test.is_plural).mean()), history)
