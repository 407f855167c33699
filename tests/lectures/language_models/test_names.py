"""What stands beside the drawings of lecture 03: tokens, streams, units, the key of the tints."""

import numpy as np
import pytest
from matplotlib.colors import to_rgba
from matplotlib.text import Text

from rnn_helpers.data.studies import StudyTable, read_study
from rnn_helpers.data.vocabulary import Vocabulary, join_words
from rnn_helpers.display.figures import COLORS, new_figure
from rnn_helpers.lectures.language_models import live_plots, plots, sampling
from rnn_helpers.lectures.language_models.streams import (
    N_STREAMS,
    N_WINDOWS,
    STATES,
    WINDOW,
    lay_out,
    prepare_streams,
)
from rnn_helpers.lectures.language_models.streams_plots import draw_streams


@pytest.fixture
def shown(monkeypatch):
    kept = {}
    monkeypatch.setattr(plots, "show", lambda figure, **said: kept.update(figure=figure, **said))
    return kept


def read_texts(axes):
    """Every text that is drawn, with its place, from left to right."""
    found = [(*text.get_position(), text.get_text()) for text in axes.findobj(Text)]
    return sorted((x, y, said) for x, y, said in found if said)


def test_each_step_of_the_network_names_the_token_before_and_the_one_that_came(shown):
    ones, tokens = np.ones((3, 3)), ["b", "c", "a"]
    plots.draw_network(tokens, ones / 3, "abc", inputs=ones, states=ones, logits=ones)
    texts = read_texts(shown["figure"].axes[0])
    said = [text for *_, text in texts]
    came = [text for text in said if text.endswith("came")]
    assert came == ["“b” came", "“c” came", "“a” came"]
    before = [text for text in said if text == "nothing yet" or text in ("“b”", "“c”", "“a”")]
    assert before == ["nothing yet", "“b”", "“c”"]
    for letter in ("x", "h", r"\ell"):
        named = [text for text in said if text.startswith(f"${letter}_") and "=" not in text]
        assert named == [rf"${letter}_{t}$" for t in (1, 2, 3)]


def test_the_ring_of_each_unit_is_its_own(shown):
    rows = [
        {"unit": unit, "budget": budget, "learning_rate": rate, "seed": 0, "part": part,
         "updates": budget, "bits_per_byte": 2.0}
        for unit in ("characters", "plain characters", "words") for budget in (400, 800)
        for rate in (0.01, 0.03) for part in ("validation", "held out")
        if part == "validation" or rate == 0.01
    ]  # fmt: skip
    table = StudyTable("", {name: np.array([row[name] for row in rows]) for name in rows[0]})
    live = {"characters": (0.01, 2.5), "words": (0.03, 1.75)}
    plots.draw_units(table, live)
    rings = {
        line.get_marker(): (line.get_xdata()[0], line.get_ydata()[0])
        for line in shown["figure"].axes[0].lines if line.get_markersize() == 13
    }  # fmt: skip
    assert rings == {"o": (0.01, 2.5), "^": (0.03, 1.75)}


def test_the_key_of_the_tints_counts_the_bits_of_each():
    figure, axes = new_figure(9.5, 4.2, ncols=2)
    probabilities = np.array([0.6, 0.4])
    view = sampling.SamplingView(
        "a", "b", ["a", "b"], probabilities, probabilities[::-1], probabilities[::-1], 0.7, None,
        1.0, "ab", np.array([1.0]), np.array([1]), "character",
    )  # fmt: skip
    live_plots.draw_sampling(view, axes)
    boxes = [(patch.get_x() + patch.get_width() / 2, patch.get_facecolor())
             for patch in axes[0].patches]  # fmt: skip
    words = {text.get_position()[0]: text.get_text() for text in axes[0].texts}
    assert len(boxes) == len(live_plots.TINTS) == 7
    for level, (x, color) in enumerate(boxes):
        assert color == pytest.approx(to_rgba(live_plots.TINTS[level]))
        (said,) = (text for place, text in words.items() if abs(place - x) < 1e-9)
        assert said == ("≥6" if level == 6 else f"{level}")
    before, after = axes[1].patches  # bars of the model, and of what is drawn from
    for bars, lengths in ((before, [0.6, 0.4]), (after, [0.4, 0.6])):
        corners = bars.get_path().vertices.reshape(-1, 5, 2)
        np.testing.assert_allclose(np.ptp(corners[..., 0], axis=1), lengths)
        assert (corners[..., 0].min(axis=1) == 0).all()
    assert after.get_facecolor() == to_rgba(COLORS["second"])
    figure.clear()


def test_each_stream_is_spelt_in_its_own_row_and_each_way_named_beside_its_seeds():
    figure, axes = new_figure(8, 5.2, nrows=2)
    view = prepare_streams(read_study("carried_state"))(1, "zeros", "T = 8, 400 updates")
    artists = draw_streams(view, axes)
    rows = sorted(set(artists["backward"].get_ydata()), reverse=True)
    texts = read_texts(axes[0])
    assert len(rows) == N_STREAMS
    for number, (row, stream) in enumerate(zip(rows, lay_out(), strict=True), start=1):
        beside = [said for _, y, said in texts if abs(y - row) < 1]
        assert beside[0] == f"stream {number}"
        letters = [said for said in beside if len(said) == 1]
        assert "".join(letters).replace("␣", " ") == stream
    assert len(lay_out()[0]) == N_WINDOWS * WINDOW
    places = {said: y for _, y, said in read_texts(axes[1])}
    for state, name in STATES.items():
        dots = artists[f"seeds {state}"].get_ydata()[0]
        assert 0 < dots - places[name] < 1
    assert axes[1].get_xlabel().startswith("nats per character above")
    figure.clear()


class Step:
    """A model that says the same of every next token."""

    def __init__(self, size):
        self.start = size

    def make_step(self):
        return lambda token, state: (np.log(np.arange(1.0, self.start + 1)), ())


@pytest.mark.parametrize(("vocabulary", "prompt", "join", "unit"), [
    (Vocabulary.build("abc"), "a", "".join, "character"),
    (Vocabulary.build(["the", "cat", "."]), ["the"], join_words, "token"),
])  # fmt: skip
def test_what_is_drawn_is_called_what_it_is_and_the_likeliest_stands_first(
    vocabulary, prompt, join, unit
):
    compute = sampling.prepare_sampling(Step(len(vocabulary)), vocabulary, prompt=prompt, join=join)
    view = compute(1.0, None, 1.0, 0)
    assert view.unit == unit
    assert view.labels == list(vocabulary.tokens[::-1])[: len(view.labels)]
    assert f"bits of surprise in a {unit}, on average" in live_plots.describe_sampling(view)
