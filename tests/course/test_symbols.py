"""One table of symbols for the series: every lecture's terms stand in it, and no clash is unsaid.

A meaning is compared by its Korean term, which is short and settled, where English varies in words.
"""

import re
from collections import Counter

import pytest

from tests.notebooks import ROOT, prose_cells, read_lecture

PAGE = ROOT / "notebooks" / "symbols.md"
LOW = str.maketrans({"ₜ": "_t", "ₙ": "_n", "₀": "_0", "₁": "_1", "₂": "_2", "ⱼ": "_j",
                     "⁽": "^(", "⁾": ")", "ˡ": "l", "{": None, "}": None, "$": None,
                     "\\": None})  # fmt: skip


def read_rows(source):
    """The rows of the first table with a Korean column, as dicts by column."""
    rows = [line.strip().strip("|").split("|") for line in source.splitlines()
            if line.strip().startswith("|")]  # fmt: skip
    head = [name.strip().lower() for name in rows[0]] if rows else []
    if "korean" not in head:
        return []
    return [dict(zip(head, map(str.strip, row), strict=False)) for row in rows[2:]]


def split_symbols(text):
    """The symbols of a row, written in one way: "T, B", "c̃ or g", "h_t" for "hₜ"."""
    parts = re.split(r",\s+(?![^(]*\))| or ", text.replace("`", "").translate(LOW))
    return {re.sub(r"\s+", " ", part).strip() for part in parts if part.strip()}


def split_terms(text):
    return {part.strip() for part in text.split(",")}


def complain_about(terms, number, page):
    """Yield what a lecture's terms table has that the page lacks."""
    for row in terms:
        for symbol in sorted(split_symbols(row["symbol"])):
            found = [entry for entry in page if symbol in split_symbols(entry["symbol"])]
            here = [entry for entry in found if number in entry["lectures"].split()]
            if not found:
                yield f"{symbol} is not in symbols.md"
            elif not here:
                yield f"symbols.md does not list lecture {number} for {symbol}"
            elif not any(
                split_terms(entry["korean"]) & split_terms(row["korean"]) for entry in here
            ):
                known = " / ".join(entry["korean"] for entry in here)
                yield f"{symbol} is “{row['korean']}” in lecture {number}, “{known}” in symbols.md"


def find_clashes(page):
    """The symbols that stand in more than one row."""
    symbols = [symbol for entry in page for symbol in split_symbols(entry["symbol"])]
    return {symbol for symbol, count in Counter(symbols).items() if count > 1}


def test_the_terms_of_a_lecture_stand_in_the_table_of_the_series(lecture):
    terms = next(filter(None, (read_rows(c.source) for c in prose_cells(read_lecture(lecture)))))
    page = read_rows(PAGE.read_text(encoding="utf-8"))
    complaints = list(complain_about(terms, lecture.name[:2], page))
    assert not complaints, "\n".join(complaints)


def test_a_symbol_with_two_meanings_is_named():
    text = PAGE.read_text(encoding="utf-8")
    named = set()
    for bold in re.findall(r"^- \*\*(.+?)\*\*", text, re.MULTILINE):
        named |= split_symbols(bold)
    clashes = find_clashes(read_rows(text))
    assert clashes
    assert clashes <= named


def test_every_row_is_whole():
    for row in read_rows(PAGE.read_text(encoding="utf-8")):
        assert set(row) == {"symbol", "in code", "shape", "meaning", "korean", "lectures"}
        assert re.fullmatch(r"0[1-9]( 0[1-9])*", row["lectures"]), row
        assert re.search("[가-힣]", row["korean"]), row


TABLE = "| Symbol | Korean | lectures |\n| --- | --- | --- |\n"


@pytest.mark.parametrize(("row", "complaint"), [
    ("| hₜ | 은닉 상태 |", None), ("| h_t | 은닉 상태, 요약 |", None),
    ("| T or z | 길이 |", "T is not in symbols.md"),
    ("| qₜ | 은닉 상태 |", "q_t is not in symbols.md"),
    ("| hₜ | 출력 |", "h_t is “출력” in lecture 04, “은닉 상태” in symbols.md"),
    ("| z | 갱신 게이트 |", "does not list lecture 04 for z"),
])  # fmt: skip
def test_a_term_that_is_missing_or_means_something_else_is_found(row, complaint):
    page = read_rows(TABLE + "| hₜ, u | 은닉 상태 | 02 04 |\n| z | 갱신 게이트 | 07 |")
    found = list(complain_about(read_rows(TABLE + row), "04", page))
    assert (complaint in found[0]) if complaint else found == []


def test_a_clash_is_found():
    assert find_clashes(read_rows(TABLE + "| hₜ, u | 가 | 02 |\n| h_t | 나 | 07 |")) == {"h_t"}
