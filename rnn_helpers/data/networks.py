"""Trained networks that ship with the lectures: weights that take a minute each to train."""

import pathlib

import numpy as np

from rnn_helpers.data.vocabulary import Vocabulary

NETWORKS = pathlib.Path(__file__).with_name("text_networks.npz")


def read_text_networks() -> tuple[Vocabulary, dict[str, dict[str, np.ndarray]]]:
    """The characters that an RNN, a GRU and an LSTM were trained on, and the weights of each.

    They are the language models of the study `connectivity` with seed 0 and 3,000 updates: one
    layer of 64 units, trained on the manual without its last tenth. The weights are rounded to half
    precision, and have the names of `LanguageModel.state_dict`.

    Examples
    --------
    >>> vocabulary, weights = read_text_networks()
    >>> list(weights), weights["GRU"]["recurrence.weight_hh_l0"].shape
    (['RNN', 'GRU', 'LSTM'], (192, 64))
    """
    networks: dict[str, dict[str, np.ndarray]] = {}
    with np.load(NETWORKS, allow_pickle=False) as file:
        vocabulary = Vocabulary(("<unk>", *str(file["characters"])))
        for name in file.files:
            cell, _, part = name.partition(" ")
            if part:
                networks.setdefault(cell, {})[part] = file[name].astype(np.float64)
    return vocabulary, networks
