"""What a model writes: lines of text in columns, signs for what has none, tints, bars and cuts."""

import unicodedata

import numpy as np
import pytest
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from rnn_helpers.display.figures import encode_png, new_figure
from rnn_helpers.display.recording import record, record_still
from rnn_helpers.display.text_block import TextBlock
from rnn_helpers.lectures.language_models import live_plots
from rnn_helpers.lectures.language_models.sampling import SamplingView

OWN = font_manager.findfont(font_manager.FontProperties(family=["monospace"]))
COMPLETE, POOR = (OWN, "↵", True), (OWN, "↵", False)


def make_view(**changes):
    after = np.array([0.6, 0.4, 0.0, 0.0])
    settings = {
        "prompt": "ab", "sample": "a\nb", "labels": ["a", " ", "\n"],
        "before": np.array([0.5, 0.3, 0.15]), "after": after[:3], "after_all": after,
        "temperature": 0.7, "top_k": 2, "top_p": 1.0, "characters": " ab",
        "surprises": np.array([1.0, 2.2, 4.6]), "lengths": np.array([1, 1, 1]),
        "unit": "character",
    }  # fmt: skip
    return SamplingView(**settings | changes)


def test_the_font_that_is_chosen_has_the_characters_and_the_sign():
    for characters in ("abc", "기억하고 잊는다", "漢字", "a\U0010fffe"):
        path, sign, complete = live_plots.choose_signs(characters)
        drawn = FT2Font(path).get_charmap()
        assert ord(sign) in drawn
        assert complete == ({ord(c) for c in characters if c != " "} <= set(drawn))


def test_a_font_without_the_arrow_gets_another_sign(monkeypatch):
    def find_font(characters):
        return None if "↵" in characters and "기" in characters else f"font of {characters}"

    monkeypatch.setattr(live_plots, "find_font", find_font)
    assert live_plots.choose_signs("기") == ("font of 기¶", "¶", True)
    assert live_plots.choose_signs("a") == ("font of a↵", "↵", True)


def test_latin_is_drawn_by_matplotlibs_own_font_and_so_is_what_no_font_has(monkeypatch):
    assert live_plots.choose_signs("abc é") == live_plots.choose_signs("") == COMPLETE
    monkeypatch.setattr(live_plots, "find_font", lambda text: None if "기" in text else OWN)
    assert live_plots.choose_signs("기억") == POOR


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
    assert live_plots.make_drawable(text, signs) == drawn


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
    assert live_plots.wrap_columns(text, columns=columns, rows=rows) == block


def test_a_page_is_full_and_no_wider_than_its_columns():
    for text in ("x" * 999, "기" * 999, "기x" * 500):
        lines = live_plots.wrap_columns(text).split("\n")
        assert len(lines) == live_plots.ROWS
        assert {width(line) for line in lines} <= {live_plots.COLUMNS - 1, live_plots.COLUMNS}
        assert text.startswith("".join(lines))


def measure_bars(axes, label):
    """The lengths of the bars, from the top, as they are drawn."""
    (patch,) = (patch for patch in axes.patches if patch.get_label() == label)
    corners = patch.get_path().vertices.reshape(-1, 5, 2)
    assert corners[:, :, 1].mean(axis=1).round().tolist() == list(range(len(corners)))
    return corners[..., 0].max(axis=1).tolist()


@pytest.fixture
def axes():
    figure, axes = new_figure(9.5, 4.2, ncols=2)
    yield axes
    figure.clear()


def test_the_first_call_draws_everything(axes):
    view = make_view()
    artists = live_plots.draw_sampling(view, axes)
    left, right = axes
    assert set(artists) == {"text", "bars", "top-k", "top-k label", "top-p", "top-p label"}
    assert artists["text"].get_text() == "aba↵b"
    assert artists["text"].axes is left
    assert left.get_title(loc="left") == "What the model writes (↵: new line)"
    assert right.get_title(loc="left") == "The next token after “ab”"
    assert [label.get_text() for label in right.get_yticklabels()] == ["a", "space", "↵"]
    legend = [label.get_text() for label in right.get_legend().get_texts()]
    assert legend == ["as the model says", "drawn from"]
    assert measure_bars(right, "as the model says") == view.before.tolist()
    assert measure_bars(right, "drawn from") == view.after.tolist()
    assert artists["bars"].get_label() == "drawn from"
    lower, upper = right.get_ylim()
    assert lower > upper  # the likeliest on top
    assert right.get_xlim()[0] == 0
    assert right.get_xlim()[1] > 1  # a bar of 1 fits


def test_later_calls_move_what_the_first_one_drew(axes):
    artists = live_plots.draw_sampling(make_view(), axes)
    kept = dict(artists)
    children = [list(ax.get_children()) for ax in axes]
    limits = [(ax.get_xlim(), ax.get_ylim()) for ax in axes]
    outlines = measure_bars(axes[1], "as the model says")
    moved = live_plots.draw_sampling(
        make_view(sample="bbb", after=np.array([1.0, 0.0, 0.0])), axes, artists
    )
    assert moved is artists
    assert artists == kept
    assert artists["text"].get_text() == "abbbb"
    assert measure_bars(axes[1], "drawn from") == [1, 0, 0]
    assert [list(ax.get_children()) for ax in axes] == children
    assert [(ax.get_xlim(), ax.get_ylim()) for ax in axes] == limits
    assert measure_bars(axes[1], "as the model says") == outlines


def test_more_probabilities_than_bars_are_no_matter(axes):
    view = make_view(labels=["a", "b"], after=np.array([0.6, 0.3, 0.1]))
    live_plots.draw_sampling(view, axes)
    assert measure_bars(axes[1], "drawn from") == [0.6, 0.3]


def test_all_bars_are_one_mark(axes):
    bars = live_plots.draw_sampling(make_view(), axes)["bars"]
    ((style, (path,)),) = record(axes[0].figure, [bars])
    assert (style["fill"], style["part"]) == ("sky", "drawn from")
    assert path.count("M") == 3


def test_dollars_are_letters_and_no_mathematics(axes):
    view = make_view(prompt="$^$ and $x$", labels=["$_$", "a", "b"], characters="$^x_ ab")
    live_plots.draw_sampling(view, axes)
    assert encode_png(axes[0].figure).startswith(b"\x89PNG")
    assert axes[1].get_title(loc="left") == "The next token after “$^$ and $x$”"


def test_korean_is_drawn_or_replaced_but_never_a_box(axes, monkeypatch):
    view = make_view(prompt="기", sample="억\n기", labels=["기", "억", "\n"], characters="기억")
    _, sign, complete = live_plots.choose_signs("기억")
    artists = live_plots.draw_sampling(view, axes)
    assert artists["text"].get_text() == (f"기억{sign}기" if complete else f"··{sign}·")
    assert encode_png(axes[0].figure)  # a missing glyph would be a warning
    monkeypatch.setattr(live_plots, "find_font", lambda text: None if "기" in text else OWN)
    other, others = new_figure(9.5, 4.2, ncols=2)
    artists = live_plots.draw_sampling(view, others)
    assert artists["text"].get_text() == "··↵·"
    assert [label.get_text() for label in others[1].get_yticklabels()] == ["·", "·", "↵"]
    assert encode_png(other)


def test_the_sentence_says_what_is_left_and_how_unsure_it_is():
    assert live_plots.describe_sampling(make_view()) == (
        "Temperature 0.70, top-k 2, top-p 1.00: 2 tokens of 4 left to draw from; the likeliest "
        "is “a” with 0.60, as unsure as between 2.0 equally likely tokens. The model "
        "itself finds 2.6 bits of surprise in a character, on average."
    )
    unsure = np.exp(-0.9 * np.log(0.9) - 0.1 * np.log(0.1))
    after = np.array([0.9, 0.1, 0.0, 0.0])
    sentence = live_plots.describe_sampling(make_view(after=after[:3], after_all=after))
    assert f"with 0.90, as unsure as between {unsure:.1f} equally likely tokens. " in sentence
    assert f"{unsure:.1f}" == "1.4"


@pytest.mark.parametrize(
    ("label", "said"), [(" ", "is space with"), ("\n", "is “↵” with"), ("기", "is “기” with")]
)
def test_the_likeliest_token_is_called_by_a_name_one_can_see(label, said):
    sentence = live_plots.describe_sampling(make_view(labels=[label, "b", "c"]))
    assert said in sentence
    assert "\n" not in sentence


def test_one_token_left_is_certain():
    one = np.array([1.0, 0.0, 0.0, 0.0])
    settings = {"top_k": None, "temperature": 0.0, "top_p": 0.05}
    assert live_plots.describe_sampling(make_view(after=one[:3], after_all=one, **settings)) == (
        "Temperature 0.00, top-k all, top-p 0.05: 1 token of 4 left, “a”. The model "
        "itself finds 2.6 bits of surprise in a character, on average."
    )
    nearly = np.array([0.998, 0.002, 0.0, 0.0])
    said = live_plots.describe_sampling(make_view(after=nearly[:3], after_all=nearly))
    assert "is “a” with more than 0.99, as unsure" in said


def test_each_character_has_the_tint_of_its_token_and_many_bits_stand_below_it(axes):
    view = make_view(
        prompt="ab", sample="cdee", surprises=np.array([0.2, 2.6, 9.0]), lengths=np.array([1, 2, 1])
    )
    block = live_plots.draw_sampling(view, axes)["text"]
    assert block.get_levels().shape == (2, live_plots.COLUMNS)
    assert block.get_levels()[0, :7].tolist() == [0, 0, 0, 2, 2, 6, 0]
    assert not block.get_levels()[1].any()  # nothing behind the numbers
    assert TextBlock.get_text(block) == "abcdee\n     9"


def test_a_long_text_goes_on_in_the_next_row_and_a_wide_letter_fills_two_places(axes):
    surprises = np.arange(60) % 7
    view = make_view(sample="x" * 60, surprises=surprises, lengths=np.ones(60, dtype=int))
    block = live_plots.draw_sampling(view, axes)["text"]
    levels = block.get_levels()[::2].ravel()
    assert levels[2:62].tolist() == surprises.tolist()
    wide = make_view(sample="기x", surprises=np.array([4, 6.9]), lengths=np.array([1, 1]))
    live_plots.draw_sampling(wide, axes, {**live_plots.draw_sampling(view, axes), "text": block})
    assert block.get_levels()[0, 2:5].tolist() == [4, 4, 6]
    assert TextBlock.get_text(block).split("\n")[1] == "    6"


@pytest.mark.parametrize(("bits", "level", "said"), [
    (5.99, 5, ""), (6.0, 6, "6"), (7.99, 6, "7"), (12.0, 6, "9"),
])  # fmt: skip
def test_bits_are_cut_to_whole_ones_so_that_six_or_more_is_true(axes, bits, level, said):
    view = make_view(sample="c", surprises=np.array([bits]), lengths=np.array([1]))
    block = live_plots.draw_sampling(view, axes)["text"]
    assert block.get_levels()[0, 2] == level
    assert TextBlock.get_text(block).split("\n")[1].strip() == said


def test_a_long_run_of_spaces_is_folded_with_its_bits_and_not_cut(axes):
    bits = np.array([1.0, 5.0, 0.0, 0.5, 0.5, 1.0, 2.0])
    text, folded = live_plots.fold_spaces("a     b", bits)
    assert text == "a␣×5b"
    assert folded.tolist() == [1.0, 5.0, 0.5, 0.5, 2.0]
    assert live_plots.fold_spaces("a    b", bits[:6])[0] == "a    b"
    assert live_plots.wrap_columns("abcd␣×12e", columns=6) == "abcd\n␣×12e"
    view = make_view(sample=" " * 60 + "c", surprises=np.ones(61), lengths=np.ones(61, dtype=int))
    assert live_plots.draw_sampling(view, axes)["text"].get_text() == "ab␣×60c"


def test_a_full_page_of_wide_letters_ends_above_the_key(axes):
    view = make_view(sample="기" * 200, characters="기", surprises=np.full(200, 7.0),
                     lengths=np.ones(200, dtype=int))  # fmt: skip
    for panels in (axes, new_figure(4.2, 6.6, nrows=2)[1]):
        block = live_plots.draw_sampling(view, panels)["text"]
        encode_png(panels[0].figure)
        lowest = block.get_window_extent().y0
        key = panels[0].patches[0].get_window_extent()
        assert lowest > key.y1


def test_a_recorder_gets_the_tints_as_one_image_below_the_lines(axes):
    view = make_view(sample="abc", surprises=np.array([0, 3, 6]), lengths=np.array([1, 1, 1]))
    block = live_plots.draw_sampling(view, axes)["text"]
    image, line, numbers = record(axes[0].figure, [block])
    still = record_still(axes[0].figure, [block])
    assert "image" not in {style["kind"] for style, _ in still}
    assert image[0]["kind"] == "image"
    x, y, width, height, _ = image[1]
    assert (x, line[1][0]) == (numbers[1][0],) * 2
    assert width / live_plots.COLUMNS == pytest.approx(line[1][3] / 5, rel=0.02)  # of a column
    assert y < line[1][1] < y + height / 2 < numbers[1][1] < y + 1.2 * height


@pytest.mark.parametrize(("top_k", "top_p", "left", "heights", "labels"), [
    (None, 1.0, 4, (None, None), ("", "")),
    (2, 1.0, 2, (1.5, None), ("top-k 2", "")),
    (50, 0.9, 1, (2.5, 0.5), ("top-k 50 ↓", "top-p 0.90")),  # three bars are shown
    (3, 0.5, 3, (2.5, 2.5), ("top-k 3", "top-p 0.50")),
])  # fmt: skip
def test_each_cut_stands_below_the_last_bar_that_it_keeps(
    axes, top_k, top_p, left, heights, labels
):
    after = np.repeat([1 / left, 0], [left, 4 - left])
    view = make_view(top_k=top_k, top_p=top_p, after=after[:3], after_all=after)
    artists = live_plots.draw_sampling(view, axes)
    for name, height, label in zip(("top-k", "top-p"), heights, labels, strict=True):
        assert artists[name].get_visible() == (height is not None)
        if height is not None:
            assert set(artists[name].get_ydata()) == {height}
            assert artists[f"{name} label"].get_text() == label
            assert artists[f"{name} label"].get_position()[1] == height
