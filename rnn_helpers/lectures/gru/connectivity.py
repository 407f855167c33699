"""How strongly each character of a text moved the prediction of a later one, in trained networks.

The measure is the gradient of a prediction with respect to an earlier input, as in Madsen (2019),
Visualizing memorization in RNNs, Distill, doi:10.23915/distill.00016.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from rnn_helpers.data.networks import read_text_networks
from rnn_helpers.data.studies import read_study
from rnn_helpers.data.vocabulary import Vocabulary
from rnn_helpers.recurrences import bptt
from rnn_helpers.types import Array
from rnn_helpers.validation import check_array, check_choice, check_integer, check_number

CELLS = ("RNN", "GRU", "LSTM")
LONGEST = 60
# pieces of the text held out of training, chosen by hand: each ends at a place of its kind
SENTENCES = {
    "a closing bracket": "values are iterated over in the same order (insertion order)",
    "a closing quotation mark": ' special operation on a module is attribute access: "m.name"',
    "the start of a word": "Return a reverse iterator over the keys of the dictionary. T",
    "the inside of a word": 'a subclass of dict defines a method "__missing__()" and *key',
}
HELD = 0.9  # of the total: how far back it lies is what the networks are compared by


@dataclass(frozen=True)
class TextNetwork:
    """A trained language model of one layer, in NumPy.

    Attributes
    ----------
    cell : {"RNN", "GRU", "LSTM"}
    embedding : array (V + 1, E)
        The last row, zeros, stands before the first character.
    weights : tuple of arrays
        As the cell's `bptt.trace_…` takes them.
    W_hy, b_y : arrays (H, V), (V,)
    nats : float or None
        The mean loss of a character of the text held out of training, if it is known.
    """

    cell: str
    vocabulary: Vocabulary
    embedding: np.ndarray
    weights: tuple[np.ndarray, ...]
    W_hy: np.ndarray
    b_y: np.ndarray
    nats: float | None = None

    @classmethod
    def from_state(
        cls,
        cell: str,
        vocabulary: Vocabulary,
        state: Mapping[str, ArrayLike],
        nats: float | None = None,
    ) -> "TextNetwork":
        """From the arrays of a `LanguageModel.state_dict()` of one layer."""
        check_choice("cell", cell, CELLS)
        part = {name: np.asarray(values, dtype=np.float64) for name, values in state.items()}
        W_ih, W_hh, b_ih, b_hh = (
            part[f"recurrence.{name}_l0"]
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        biases = (b_ih, b_hh) if cell == "GRU" else (b_ih + b_hh,)
        weights = (W_ih.T.copy(), W_hh.T.copy(), *biases)
        W_hy, b_y = part["readout.weight"].T.copy(), part["readout.bias"]
        return cls(cell, vocabulary, part["embedding.weight"], weights, W_hy, b_y, nats)


@dataclass(frozen=True)
class TextConnectivity:
    """One network on one text of T characters; made by `compute_text_connectivity`.

    Attributes
    ----------
    probabilities : array (T,)
        Of each character, given those before it.
    guesses : str
        The likeliest character at each place.
    strengths : array (T, T)
        Entry (t, s): ‖∂ log p(character t) / ∂ embedding of character s‖₂ in nats per unit of the
        embedding; zero for s ≥ t.
    """

    probabilities: np.ndarray
    guesses: str
    strengths: np.ndarray


def load_text_networks() -> dict[str, TextNetwork]:
    """The RNN, the GRU and the LSTM that the study `connectivity` has trained on the manual.

    Their losses are the study's, before the weights were rounded to be stored.
    """
    vocabulary, states = read_text_networks()
    study = read_study("connectivity").select(kind="any", budget=3000, rate="own", seed=0)
    return {
        cell: TextNetwork.from_state(
            cell, vocabulary, states[cell], float(study.select(cell=cell)["nats"][0])
        )
        for cell in CELLS
    }


def compute_gradients(
    network: TextNetwork, ids: ArrayLike, steps: ArrayLike
) -> tuple[np.ndarray, np.ndarray]:
    """What one prediction of each text hangs on: of column b, the character with number steps[b].

    Parameters
    ----------
    ids : int array (T, B)
        Texts side by side.
    steps : int array (B,)
        0 … T − 1.

    Returns
    -------
    logits : array (B, V)
        Of that character.
    strengths : array (T, B)
        Entry (s, b): ‖∂ log p(ids[steps[b], b]) / ∂ embedding of ids[s, b]‖₂.
    """
    ids, steps = check_array("ids", ids, ndim=2, dtype=int), check_array("steps", steps, dtype=int)
    (T, B), (H, V) = ids.shape, network.W_hy.shape
    inputs = np.concatenate([np.full((1, B), len(network.embedding) - 1), ids[:-1]])
    state, names = np.zeros((B, H)), network.cell.lower()
    trace_cell: Callable[..., Array] = getattr(bptt, f"trace_{names}")
    states = (state, state) if network.cell == "LSTM" else (state,)
    trace = trace_cell(network.embedding[inputs], *states, *network.weights)
    columns = np.arange(B)
    logits = trace.hs[1:][steps, columns] @ network.W_hy + network.b_y
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    douts = np.zeros((T, B, H))  # ∂ log p(y) / ∂h: the row of y minus the mean row
    douts[steps, columns] = (np.eye(V)[ids[steps, columns]] - p) @ network.W_hy.T
    dxs = getattr(bptt, f"backward_{names}")(trace, douts)["xs"]
    norms = np.linalg.norm(dxs, axis=2)  # of step t: the embedding of character t − 1
    return logits, np.concatenate([norms[1:], np.zeros((1, B))])


def compute_text_connectivity(network: TextNetwork, text: str) -> TextConnectivity:
    """The prediction of every character of a text, and what each hangs on; one backward pass each.

    Examples
    --------
    >>> found = compute_text_connectivity(load_text_networks()["GRU"], "the name of the class")
    >>> found.strengths.shape, bool(np.triu(found.strengths).any())
    ((21, 21), False)
    """
    ids = encode_text(network.vocabulary, text)
    T = len(ids)
    logits, strengths = compute_gradients(network, np.tile(ids[:, None], T), np.arange(T))
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    guesses = "".join(network.vocabulary.decode(1 + p[:, 1:].argmax(axis=1)))
    return TextConnectivity(p[np.arange(T), ids], guesses, np.tril(strengths.T, -1))


def encode_text(vocabulary: Vocabulary, text: str) -> np.ndarray:
    """The numbers of the characters of a text that the networks can read, 2 to 60 of them."""
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {type(text).__name__}")
    unknown = [letter for letter in dict.fromkeys(text) if letter not in vocabulary.numbers]
    if unknown:
        letters = " ".join(unknown[:5])
        raise ValueError(f"no network has ever read {letters}: the text must do without")
    if not 2 <= len(text) <= LONGEST:
        raise ValueError(f"text must have 2 to {LONGEST} characters, got {len(text)}")
    return vocabulary.encode(text)


def count_back(strengths: ArrayLike, *, share: float = HELD) -> int:
    """How many of the last characters hold a share of the total.

    Parameters
    ----------
    strengths : array (t,)
        Of the characters before a prediction, the nearest last.

    Examples
    --------
    >>> count_back([1.0, 0.0, 4.0, 5.0]), count_back([5.0, 0.0, 4.0, 1.0])
    (2, 4)
    """
    strengths = check_array("strengths", strengths, ndim=1)
    check_number("share", share, minimum=0, maximum=1)
    held = np.cumsum(strengths[::-1])
    # a last digit may be missing from a sum that is exactly the share
    return int(np.argmax(held >= share * held[-1] * (1 - 1e-12))) + 1


def find_places(text: str, kind: str, *, before: int, count: int) -> np.ndarray:
    """Places of a text, evenly spread: the numbers of the characters that are to be predicted.

    Parameters
    ----------
    kind : {"any", "word start", "inside a word", "closing bracket", "closing quote"}
        A closing sign counts if `find_opening` finds its partner.
    before : int
        How many characters stand before each at least.
    count : int
        The most that are returned.
    """
    check_choice("kind", kind, KINDS)
    check_integer("count", count, minimum=1)
    places = [place for place in range(before, len(text)) if KINDS[kind](text, place)]
    if len(places) > count:
        places = [places[round(i)] for i in np.linspace(0, len(places) - 1, count)]
    return np.array(places, dtype=int)


def find_opening(text: str, place: int) -> int:
    """How many characters before a closing sign its opening one stands, 0 for all other places.

    A bracket needs its partner 6 to 40 characters before it and no other bracket between; a
    quotation mark closes a name of 5 to 19 letters, digits, "_" and ".", as in "KeyError".
    """
    if text[place] == ")":
        part = text[max(0, place - 40) : place]
        back = len(part) - part.rfind("(")
        return back if "(" in part and ")" not in part[-back:] and back > 5 else 0
    quoted = re.search(r'"[\w.]{5,19}$', text[max(0, place - 20) : place])
    return len(quoted[0]) if quoted and text[place] == '"' else 0


KINDS: dict[str, Callable[[str, int], bool]] = {
    "any": lambda text, place: True,
    "word start": lambda text, place: text[place].isalpha() and text[place - 1] == " ",
    "inside a word": lambda text, place: text[place - 2 : place + 1].isalpha(),
    "closing bracket": lambda text, place: text[place] == ")" and find_opening(text, place) > 0,
    "closing quote": lambda text, place: text[place] == '"' and find_opening(text, place) > 0,
}


def measure_reach(
    network: TextNetwork, text: str, kind: str, *, before: int = 100, count: int = 300
) -> dict[str, float]:
    """How far back predictions of a text hang, as means over many places of one kind.

    Returns
    -------
    measured : dict
        `places`, how many; `back`, of `count_back`; `beyond`, the share of the total that lies
        more than 10 characters back; and for closing signs `opening`, the share that lies on the
        opening one, and `around`, the mean share of the three characters on each side of that.
    """
    places = find_places(text, kind, before=before, count=count)
    ids = network.vocabulary.encode(text)
    texts = np.stack([ids[place - before : place + 1] for place in places], axis=1)
    _, strengths = compute_gradients(network, texts, np.full(len(places), before))
    shares = strengths[:before] / strengths[:before].sum(axis=0)  # (before, places)
    measured = {
        "places": len(places),
        "back": float(np.mean([count_back(column) for column in shares.T])),
        "beyond": float(shares[:-10].sum(axis=0).mean()),
    }
    if kind.startswith("closing"):
        backs = [find_opening(text, place) for place in places]
        measured |= dict(zip(("opening", "around"), _compare_opening(shares, backs), strict=True))
    return measured


def _compare_opening(shares: np.ndarray, backs: Iterable[int]) -> tuple[float, float]:
    here, around = [], []
    for column, back in zip(shares.T, backs, strict=True):
        at = len(column) - back
        here.append(column[at])
        around += [column[[*range(at - 3, at), *range(at + 1, at + 4)]].mean()]
    return float(np.mean(here)), float(np.mean(around))


@dataclass(frozen=True)
class PointedText:
    """What the networks' predictions of one character hang on; made by `prepare_pointer`.

    Attributes
    ----------
    text : str
    position : int
        Of the character, from 1.
    shares : dict of arrays (position − 1,)
        By network, of each character before it: the share of the total of all strengths.
    probabilities, guesses, backs : dicts
        By network: of this character, the likeliest one, and `count_back`.
    losses : dict of floats
        `TextNetwork.nats` of the networks, empty if that of one is unknown.
    """

    text: str
    position: int
    shares: dict[str, np.ndarray]
    probabilities: dict[str, float]
    guesses: dict[str, str]
    backs: dict[str, int]
    losses: dict[str, float]


def prepare_pointer(networks: Mapping[str, TextNetwork]) -> Callable[..., PointedText]:
    """`compute(position, sentence, own)`: point at a character, of `own` if it is not empty.

    A text is read once; a position behind its end is its last character.
    """
    losses = {name: network.nats for name, network in networks.items() if network.nats is not None}
    known = losses if len(losses) == len(networks) else {}

    @lru_cache(maxsize=16)
    def read(text):
        return {
            name: compute_text_connectivity(network, text) for name, network in networks.items()
        }

    def compute(*, position: int, sentence: str, own: str = "") -> PointedText:
        text = own or sentence
        found = read(text)
        position = min(check_integer("position", position, minimum=2, maximum=LONGEST), len(text))
        rows = {name: one.strengths[position - 1, : position - 1] for name, one in found.items()}
        return PointedText(
            text=text,
            position=position,
            shares={name: row / row.sum() for name, row in rows.items()},
            probabilities={name: one.probabilities[position - 1] for name, one in found.items()},
            guesses={name: one.guesses[position - 1] for name, one in found.items()},
            backs={name: count_back(row) for name, row in rows.items()},
            losses=known,
        )

    return compute
