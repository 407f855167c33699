"""The pictures of lecture 03: lines of text in columns, signs for what has none, and bars."""

import unicodedata

import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from rnn_helpers.data.studies import StudyTable
from rnn_helpers.display.figures import encode_png, new_figure
from rnn_helpers.lectures.language_models import plots
from rnn_helpers.lectures.language_models.sampling import SamplingView

OWN = font_manager.findfont(font_manager.FontProperties(family=["monospace"]))
COMPLETE, POOR = (OWN, "↵", True), (OWN, "↵", False)


def make_view(**changes):
    after = np.array([0.6, 0.4, 0.0, 0.0])
    settings = {
        "prompt": "ab", "sample": "a\nb", "labels": ["a", " ", "\n"],
        "before": np.array([0.5, 0.3, 0.15]), "after": after[:3], "after_all": after,
        "temperature": 0.7, "top_k": 2, "top_p": 1.0, "characters": " ab",
    }  # fmt: skip
    return SamplingView(**settings | changes)


def test_the_font_that_is_chosen_has_the_characters_and_the_sign():
    for characters in ("abc", "기억하고 잊는다", "漢字", "a\U0010fffe"):
        path, sign, complete = plots.choose_signs(characters)
        drawn = FT2Font(path).get_charmap()
        assert ord(sign) in drawn
        assert complete == ({ord(c) for c in characters if c != " "} <= set(drawn))


def test_a_font_without_the_arrow_gets_another_sign(monkeypatch):
    def find_font(characters):
        return None if "↵" in characters and "기" in characters else f"font of {characters}"

    monkeypatch.setattr(plots, "find_font", find_font)
    assert plots.choose_signs("기") == ("font of 기¶", "¶", True)
    assert plots.choose_signs("a") == ("font of a↵", "↵", True)


def test_latin_is_drawn_by_matplotlibs_own_font_and_so_is_what_no_font_has(monkeypatch):
    assert plots.choose_signs("abc é") == plots.choose_signs("") == COMPLETE
    monkeypatch.setattr(plots, "find_font", lambda text: None if "기" in text else OWN)
    assert plots.choose_signs("기억") == POOR


@pytest.mark.parametrize(("text", "signs", "drawn"), [
    ("a b\nc", COMPLETE, "a b↵c"),
    ("a\nb", (OWN, "¶", True), "a¶b"),
    ("a\tb\x00\u2028c\xa0d", COMPLETE, "a·b··c·d"),  # nothing that could break the line
    ("é 기억", COMPLETE, "é 기억"),
    ("é 기억\n", POOR, "· ··↵"),
    ("", COMPLETE, ""),
    ("<unk> $x$", COMPLETE, "<unk> $x$"),
])  # fmt: skip
def test_what_cannot_be_drawn_has_a_sign(text, signs, drawn):
    assert plots.make_drawable(text, signs) == drawn


def width(line):
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in line)


@pytest.mark.parametrize(("text", "columns", "rows", "block"), [
    ("", 4, 2, ""),
    ("abcd", 4, 2, "abcd"),
    ("abcde", 4, 2, "abcd\ne"),
    ("abcdefghi", 4, 2, "abcd\nefgh"),  # what is below the last row is left out
    ("abcdefghi", 4, 3, "abcd\nefgh\ni"),
    ("가나다", 4, 2, "가나\n다"),
    ("a가나다", 4, 2, "a가\n나다"),  # a syllable is not cut in two
    ("abc가나다", 4, 2, "abc\n가나"),
    ("ab 漢", 4, 2, "ab \n漢"),
    ("Ａb", 2, 1, "Ａ"),  # full width
    ("ab가", 3, 1, "ab"),
])  # fmt: skip
def test_columns_are_filled_by_hand(text, columns, rows, block):
    assert plots.wrap_columns(text, columns=columns, rows=rows) == block


def test_a_page_is_full_and_no_wider_than_its_columns():
    for text in ("x" * 999, "기" * 999, "기x" * 500):
        lines = plots.wrap_columns(text).split("\n")
        assert len(lines) == plots.ROWS
        assert {width(line) for line in lines} <= {plots.COLUMNS - 1, plots.COLUMNS}
        assert text.startswith("".join(lines))


@pytest.fixture
def axes():
    figure, axes = new_figure(9.5, 3.3, ncols=2)
    yield axes
    figure.clear()


def test_the_first_call_draws_everything(axes):
    view = make_view()
    artists = plots.draw_sampling(view, axes)
    left, right = axes
    assert set(artists) == {"text", "bar 0", "bar 1", "bar 2"}
    assert artists["text"].get_text() == "aba↵b"
    assert artists["text"].axes is left
    assert left.get_title(loc="left") == "What the model writes (↵ is a line break)"
    assert right.get_title(loc="left") == "The next token after “ab”"
    assert [label.get_text() for label in right.get_yticklabels()] == ["a", "space", "↵"]
    legend = [label.get_text() for label in right.get_legend().get_texts()]
    assert legend == ["as the model says", "drawn from"]
    outlines, bars = right.containers
    assert [bar.get_width() for bar in outlines] == view.before.tolist()
    assert [bar.get_width() for bar in bars] == view.after.tolist()
    assert list(bars) == [artists[f"bar {row}"] for row in range(3)]
    lower, upper = right.get_ylim()
    assert lower > upper  # the likeliest on top
    assert right.get_xlim()[0] == 0
    assert right.get_xlim()[1] > 1  # a bar of 1 fits


def test_later_calls_move_what_the_first_one_drew(axes):
    artists = plots.draw_sampling(make_view(), axes)
    kept = dict(artists)
    children = [list(ax.get_children()) for ax in axes]
    limits = [(ax.get_xlim(), ax.get_ylim()) for ax in axes]
    outlines = [bar.get_width() for bar in axes[1].containers[0]]
    moved = plots.draw_sampling(
        make_view(sample="bbb", after=np.array([1.0, 0.0, 0.0])), axes, artists
    )
    assert moved is artists
    assert artists == kept
    assert artists["text"].get_text() == "abbbb"
    assert [artists[f"bar {row}"].get_width() for row in range(3)] == [1, 0, 0]
    assert [list(ax.get_children()) for ax in axes] == children
    assert [(ax.get_xlim(), ax.get_ylim()) for ax in axes] == limits
    assert [bar.get_width() for bar in axes[1].containers[0]] == outlines


def test_more_probabilities_than_bars_are_no_matter(axes):
    view = make_view(labels=["a", "b"], after=np.array([0.6, 0.3, 0.1]))
    assert set(plots.draw_sampling(view, axes)) == {"text", "bar 0", "bar 1"}


def test_dollars_are_letters_and_no_mathematics(axes):
    view = make_view(prompt="$^$ and $x$", labels=["$_$", "a", "b"], characters="$^x_ ab")
    plots.draw_sampling(view, axes)
    assert encode_png(axes[0].figure).startswith(b"\x89PNG")
    assert axes[1].get_title(loc="left") == "The next token after “$^$ and $x$”"


def test_korean_is_drawn_or_replaced_but_never_a_box(axes, monkeypatch):
    view = make_view(prompt="기", sample="억\n기", labels=["기", "억", "\n"], characters="기억")
    _, sign, complete = plots.choose_signs("기억")
    artists = plots.draw_sampling(view, axes)
    assert artists["text"].get_text() == (f"기억{sign}기" if complete else f"··{sign}·")
    assert encode_png(axes[0].figure)  # a missing glyph would be a warning
    monkeypatch.setattr(plots, "find_font", lambda text: None if "기" in text else OWN)
    other, others = new_figure(9.5, 3.3, ncols=2)
    artists = plots.draw_sampling(view, others)
    assert artists["text"].get_text() == "··↵·"
    assert [label.get_text() for label in others[1].get_yticklabels()] == ["·", "·", "↵"]
    assert encode_png(other)


def test_the_sentence_says_what_is_left_and_how_unsure_it_is():
    assert plots.describe_sampling(make_view()) == (
        "Temperature 0.70, top-k 2, top-p 1.00: 2 tokens of 4 left to draw from; the likeliest "
        "is “a” with 0.60, as unsure as among 2.0."
    )
    unsure = np.exp(-0.9 * np.log(0.9) - 0.1 * np.log(0.1))
    after = np.array([0.9, 0.1, 0.0, 0.0])
    sentence = plots.describe_sampling(make_view(after=after[:3], after_all=after))
    assert sentence.endswith(f"with 0.90, as unsure as among {unsure:.1f}.")
    assert f"{unsure:.1f}" == "1.4"


@pytest.mark.parametrize(
    ("label", "said"), [(" ", "is space with"), ("\n", "is “↵” with"), ("기", "is “기” with")]
)
def test_the_likeliest_token_is_called_by_a_name_one_can_see(label, said):
    sentence = plots.describe_sampling(make_view(labels=[label, "b", "c"]))
    assert said in sentence
    assert "\n" not in sentence


def test_one_token_left_is_certain():
    one = np.array([1.0, 0.0, 0.0, 0.0])
    settings = {"top_k": None, "temperature": 0.0, "top_p": 0.05}
    assert plots.describe_sampling(make_view(after=one[:3], after_all=one, **settings)) == (
        "Temperature 0.00, top-k all, top-p 0.05: 1 token of 4 left to draw from; the likeliest "
        "is “a” with 1.00, as unsure as among 1.0."
    )


@pytest.fixture
def shown(monkeypatch):
    """What a `draw_…` shows, drawn once: its figure and its alternative text."""
    found = {}

    def show(figure, *, alt):
        encode_png(figure)
        found.update(figure=figure, alt=alt)

    monkeypatch.setattr(plots, "show", show)
    return found


def test_the_network_has_a_bar_for_each_token_and_lights_the_one_that_came(shown):
    probabilities = np.array([[0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])
    plots.draw_network(["b", "c"], probabilities, ("<unk>", "b", "c"))
    bars = shown["figure"].axes[0].patches
    bars = [bar for bar in bars if hasattr(bar, "get_width")]
    heights = [round(bar.get_height() / 3.2, 9) for bar in bars]
    assert heights == pytest.approx(probabilities.ravel().tolist())
    lit = [
        number for number, bar in enumerate(bars) if bar.get_facecolor() != bars[0].get_facecolor()
    ]
    assert lit == [1, 5]
    assert "the 2 steps of “b c”" in shown["alt"]
    assert "between 0.10 and 0.70" in shown["alt"]


@pytest.mark.parametrize(("length", "window", "arrows"), [(12, 4, 2), (9, 4, 2), (4, 4, 0)])
def test_the_streams_hand_their_state_from_window_to_window(shown, length, window, arrows):
    streams = ["a" * length, "b " * (length // 2) + "b" * (length % 2)]
    plots.draw_streams(streams, window=window)
    axes = shown["figure"].axes[0]
    drawn = [text for text in axes.texts if getattr(text, "arrow_patch", None)]
    assert len(drawn) == arrows * 2
    assert sum(text.get_text() == "␣" for text in axes.texts) == length // 2
    assert sum(text.get_text().startswith("update") for text in axes.texts) == -(-length // window)
    assert f"“{streams[0]}”" in shown["alt"]


def test_the_pictures_of_training_and_of_the_vocabulary_say_no_number_that_training_yields(shown):
    plots.draw_unknown_shares([50, 100, 200], [0.4, 0.3, 0.27])
    line = shown["figure"].axes[0].lines[0]
    assert line.get_ydata() == pytest.approx([40, 30, 27])
    assert not any(letter.isdigit() for letter in shown["alt"])
    plots.draw_learning([3.0, 2.5, 2.2], [(2, 2.4), (3, 2.1)], {"unigram": 3.1, "bigram": 2.4})
    training, validation, *levels = shown["figure"].axes[0].lines
    assert training.get_xdata().tolist() == [1, 2, 3]
    assert list(validation.get_ydata()) == [2.4, 2.1]
    assert [line.get_ydata()[0] for line in levels] == [3.1, 2.4]
    assert "unigram and bigram" in shown["alt"]
    assert not any(letter.isdigit() for letter in shown["alt"])


def make_table(rows):
    columns = {name: np.array([row[name] for row in rows]) for name in rows[0]}
    return StudyTable("", columns)


def test_the_counts_and_the_bands_of_the_networks_are_those_of_the_tables(shown):
    counted = make_table([
        {"model": model, "order": order, "nats": base - order / 10}
        for model, base in (("shorter context", 2.5), ("Kneser–Ney", 2.4)) for order in range(1, 9)
    ])  # fmt: skip
    plots.draw_counted(counted, {"RNN 64": [1.6, 1.5, 1.7]})
    counts, kneser_ney, band = shown["figure"].axes[0].lines
    assert list(counts.get_ydata())[-1] == pytest.approx(1.7)
    assert kneser_ney.get_ydata()[0] == pytest.approx(2.3)
    assert band.get_ydata()[0] == pytest.approx(1.6)
    assert "Kneser–Ney from 2.30 at one character to 1.60; RNN 64 1.60" in shown["alt"]


def test_the_units_are_drawn_by_rate_and_by_update(shown):
    rows = []
    for unit, bits in (("characters", 2.4), ("plain characters", 2.2), ("words", 2.0)):
        for budget in (400, 3200):
            common = {"unit": unit, "budget": budget}
            rows += [
                {**common, "learning_rate": rate, "seed": seed, "part": "validation",
                 "updates": budget, "bits_per_byte": bits + seed / 10}
                for rate in (3e-3, 1e-2) for seed in range(2)
            ]  # fmt: skip
            rows += [
                {**common, "learning_rate": 1e-2, "seed": seed, "part": "held out",
                 "updates": updates, "bits_per_byte": bits - updates / 10000 + seed / 100}
                for seed in range(5) for updates in (budget // 2, budget)
            ]  # fmt: skip
    plots.draw_units(make_table(rows), {"characters": (1e-2, 2.3)})
    left, right = shown["figure"].axes
    assert len(left.lines) == 3 * 2 + 1
    assert left.lines[0].get_ydata().tolist() == pytest.approx([2.45, 2.45])
    assert len(right.lines) == 15
    assert "words 1.68 to 1.72" in shown["alt"]
