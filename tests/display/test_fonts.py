"""Which font draws which characters, on machines with every font and with none."""

from types import SimpleNamespace

import pytest
from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from rnn_helpers.display import fonts
from rnn_helpers.display.fonts import find_font

OWN, SERIF, SANS = (
    font_manager.findfont(font_manager.FontProperties(family=[family]))
    for family in ("monospace", "serif", "sans-serif")
)


def characters_of(path):
    return {chr(code) for code in FT2Font(path).get_charmap()}


# Letters that Matplotlib's sans serif has and neither its monospaced nor its serif font: with
# them the files that come with Matplotlib play the part of a machine's Korean fonts.
RARE = characters_of(SANS) - characters_of(OWN) - characters_of(SERIF)
RARE = "".join(sorted(c for c in RARE if c.isprintable() and not c.isspace())[:3])


@pytest.fixture
def machine(monkeypatch):
    """Make this machine have the given fonts and, for Matplotlib's own use, what it has."""

    def install(*entries):
        names = ("name", "fname", "style", "weight")
        listed = [SimpleNamespace(**dict(zip(names, entry, strict=True))) for entry in entries]
        manager = SimpleNamespace(ttflist=listed)
        monkeypatch.setattr(fonts.font_manager, "fontManager", manager)
        find_font.cache_clear()

    yield install
    find_font.cache_clear()


def test_the_letters_of_this_test_are_rare():
    assert len(RARE) == 3
    assert len({OWN, SERIF, SANS}) == 3


def test_matplotlibs_own_font_comes_first():
    assert find_font("abc xyz\n") == OWN
    assert find_font("") == OWN
    assert not set("\n\u2028") & characters_of(OWN)
    assert find_font("a\n\t\u2028\u3000b") == OWN  # spaces and line breaks need no glyph
    assert find_font("é ½ ↵ ¶") == OWN
    assert find_font("abc", family="serif") == SERIF
    assert find_font("abc", family="sans-serif") == SANS
    assert find_font("a\U0010fffe") is None  # which no font has


def test_a_font_that_is_found_has_every_character():
    for text in ("순환 신경망", "漢字 かな", "기억↵", "Ünï"):
        if path := find_font(text):  # none on this machine: no font that it lists has them all
            assert set(text.replace(" ", "")) <= characters_of(path)


def test_another_font_is_taken_only_if_it_has_them_all(machine):
    machine(("Noto Sans CJK KR", SERIF, "normal", 400), ("NanumGothic", SANS, "normal", 400))
    assert find_font(RARE) == SANS
    assert find_font("a" + RARE) == SANS
    assert find_font("abc") == OWN
    machine(("Noto Sans CJK KR", SERIF, "normal", 400))
    assert find_font(RARE) is None


def test_the_order_of_the_list_decides_not_that_of_the_machine(machine):
    first, second = ("NanumGothic", "b.ttf"), ("Malgun Gothic", "a.ttf")
    for order in ((first, second), (second, first)):
        machine(*((name, path, "normal", 400) for name, path in order))
        asked = []

        def read(path, asked=asked):
            asked.append(path)
            return frozenset()

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fonts, "_read_characters", read)
            assert find_font("기") is None
        assert asked == [OWN, "b.ttf", "a.ttf"]


@pytest.mark.parametrize(("name", "style", "weight", "taken"), [
    ("Noto Sans CJK JP", "normal", 400, True),
    ("Noto Sans CJK JP", "normal", "normal", True),
    ("Noto Sans CJK JP", "normal", 700, False),
    ("Noto Sans CJK JP", "italic", 400, False),
    ("Comic Sans", "normal", 400, False),
])  # fmt: skip
def test_bold_italic_and_unknown_fonts_are_passed_over(machine, name, style, weight, taken):
    machine((name, SANS, style, weight))
    assert find_font(RARE) == (SANS if taken else None)


def test_a_machine_without_other_fonts_draws_latin_and_a_second_question_opens_no_file(
    machine, monkeypatch
):
    machine()
    assert find_font("기억") is None
    assert find_font("abc") == OWN
    monkeypatch.setattr(fonts, "_read_characters", pytest.fail)
    assert find_font("abc") == OWN
