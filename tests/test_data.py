"""The series and the text, and what is said about a file that is not as expected."""

import numpy as np
import pytest

from rnn_helpers.data import (
    LAST_TRAIN_YEAR,
    SUNSPOTS,
    load_manual,
    load_sunspots,
    split_text,
    split_years,
)


def test_sunspots_are_the_yearly_numbers_from_1700_to_2008():
    years, counts = load_sunspots()
    assert years.tolist() == list(range(1700, 2009))
    assert counts.shape == years.shape
    assert counts[:3].tolist() == [5, 11, 16]
    assert (counts.max(), int(years[counts.argmax()])) == (190.2, 1957)


def test_another_file_of_the_same_form_is_read(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text("year,sunspots\n1,0\n2,3.5\n", encoding="utf-8")
    years, counts = load_sunspots(str(path))
    assert (years.tolist(), counts.tolist()) == ([1, 2], [0.0, 3.5])


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"nowhere\.csv is missing: expected a file of sun"):
        load_sunspots(tmp_path / "nowhere.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", r"bad\.csv, line 1: expected the heading 'year,sunspots', got 'an empty file'"),
        ("1700,5\n", r"bad\.csv, line 1: expected the heading 'year,sunspots', got '1700,5'"),
        ("year,sunspots\n", r"bad\.csv, line 2: expected a first year"),
        ("year,sunspots\n1700\n", r"line 2: expected a year, a comma and a number, got '1700'"),
        ("year,sunspots\n1700,5\n1701,many\n", r"line 3: expected a year, a comma and a number"),
        ("year,sunspots\n1700,5,6\n", r"line 2: expected a year, a comma and a number"),
        ("year,sunspots\n1700,5\n\n", r"line 3: expected a year, a comma and a number, got ''"),
        ("year,sunspots\n1700,nan\n", r"line 2: expected a finite number of at least 0, got 'nan'"),
        ("year,sunspots\n1700,-4\n", r"line 2: expected a finite number of at least 0, got '-4'"),
        ("year,sunspots\n1700,5\n1702,6\n", r"bad\.csv, line 3: expected year 1701, got 1702"),
    ],
)
def test_a_malformed_file_is_named_with_its_line(tmp_path, text, message):
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load_sunspots(path)


def test_a_file_that_is_not_text_is_named(tmp_path):
    path = tmp_path / "picture.csv"
    path.write_bytes(b"\xff\xfe\x00\x81")
    with pytest.raises(ValueError, match=r"picture\.csv is not UTF-8 text"):
        load_sunspots(path)


def test_the_split_leaves_no_year_out_and_none_twice():
    years, _ = load_sunspots()
    train, held_out = split_years(years)
    assert years[train][-1] == LAST_TRAIN_YEAR
    assert years[held_out][0] == LAST_TRAIN_YEAR + 1
    assert np.array_equal(np.concatenate([years[train], years[held_out]]), years)


@pytest.mark.parametrize("last", [1699, 2008, 3000])
def test_a_split_without_years_on_one_side_is_refused(last):
    with pytest.raises(ValueError, match=r"last_train_year must leave years on both sides of it, "):
        split_years(np.arange(1700, 2009), last_train_year=last)


def test_the_manual_is_long_and_always_the_same():
    text = load_manual()
    assert 300_000 < len(text) < 1_000_000
    assert text == load_manual()
    assert "assert" in text[:60]


def test_dropping_repeats_keeps_each_paragraph_once_and_in_order():
    paragraphs = load_manual().split("\n\n")
    kept = load_manual(drop_repeats=True).split("\n\n")
    assert len(kept) == len(set(kept)) == len(set(paragraphs))
    assert kept == sorted(kept, key=paragraphs.index)
    assert len(kept) < 0.9 * len(paragraphs)


def test_the_text_is_cut_without_loss():
    text = "가나다라마바사아자차카"
    train, held_out = split_text(text, held_out=0.3)
    assert train + held_out == text
    assert len(held_out) == 3


@pytest.mark.parametrize(
    ("arguments", "options", "error", "message"),
    [
        ((b"bytes",), {}, TypeError, "text must be a string, got bytes"),
        (
            ("",),
            {},
            ValueError,
            "text must leave characters on both sides of the cut at 0.1, got 0",
        ),
        (("abc",), {}, ValueError, "text must leave characters on both sides"),
        (("abc",), {"held_out": 0}, ValueError, "held_out must be a finite number greater than 0"),
        (("abc",), {"held_out": 1}, ValueError, "text must leave characters on both sides"),
        (("abc",), {"held_out": "half"}, TypeError, "held_out must be a finite number"),
    ],
)
def test_a_cut_that_leaves_nothing_is_refused(arguments, options, error, message):
    with pytest.raises(error, match=message):
        split_text(*arguments, **options)


def test_the_packaged_file_ships_with_its_credit():
    assert "Public domain" in (SUNSPOTS.parent / "README.md").read_text(encoding="utf-8")


def test_a_byte_order_mark_is_no_part_of_the_heading(tmp_path):
    path = tmp_path / "marked.csv"
    path.write_bytes(b"\xef\xbb\xbfyear,sunspots\n1700,5\n1701,11\n")
    assert load_sunspots(path)[0].tolist() == [1700, 1701]
