"""The series and the text, and what is said about a file that is not as expected."""

import unicodedata

import numpy as np
import pytest

from rnn_helpers.data import series, texts
from rnn_helpers.data.series import SUNSPOTS, compute_rmse, load_sunspots, split_years
from rnn_helpers.data.texts import load_korean, load_manual, normalise, read_text, split_text


def test_sunspots_are_the_yearly_numbers_from_1700_to_2008():
    years, counts = load_sunspots()
    assert years.tolist() == list(range(1700, 2009))
    assert counts.shape == years.shape
    assert counts[:3].tolist() == [5, 11, 16]
    assert (counts.max(), int(years[counts.argmax()])) == (190.2, 1957)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_another_file_of_the_same_form_is_read_with_or_without_a_mark(tmp_path, mark):
    path = tmp_path / "mine.csv"
    path.write_bytes(mark + b"year,sunspots\n1,0\n2,3.5\n")
    years, counts = load_sunspots(str(path))
    assert (years.tolist(), counts.tolist()) == ([1, 2], [0.0, 3.5])


@pytest.mark.parametrize(("text", "message"), [
    (b"\xff\xfe\x00\x81", r"bad\.csv is not UTF-8 text"),
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
])  # fmt: skip
def test_a_malformed_file_is_named_with_its_line(tmp_path, text, message):
    path = tmp_path / "bad.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=message):
        load_sunspots(path)


def test_the_split_leaves_no_year_out_and_none_twice():
    years, _ = load_sunspots()
    train, held_out = split_years(years)
    assert years[train][-1] == series.LAST_TRAIN_YEAR
    assert years[held_out][0] == series.LAST_TRAIN_YEAR + 1
    assert np.array_equal(np.concatenate([years[train], years[held_out]]), years)


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


@pytest.mark.parametrize("text", ["Café crème brûlée", "기억하고 잊는다"])
def test_a_text_that_enters_in_pieces_is_normalised(text):
    pieces = unicodedata.normalize("NFD", text)
    assert len(pieces) > len(text)
    assert normalise(pieces) == text
    assert split_text(pieces, held_out=0.3) == split_text(text, held_out=0.3)


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: split_years(np.arange(1700, 2009), last_train_year=1699), ValueError,
     "last_train_year must leave years on both sides of it, from 1700 to 2007, got 1699"),
    (lambda: split_years(np.arange(1700, 2009), last_train_year=2008), ValueError, "got 2008"),
    (lambda: split_years(np.arange(1700, 2009), last_train_year="1920"), TypeError,
     "last_train_year must be an integer, got '1920'"),
    (lambda: compute_rmse([1.0], [1.0, 2.0]), ValueError, r"predictions must have shape \(2"),
    (lambda: compute_rmse([np.nan], [1.0]), ValueError, "predictions must be finite, got nan"),
    (lambda: load_sunspots("nowhere.csv"), FileNotFoundError,
     r"nowhere\.csv is missing: expected a file of sun"),
    (lambda: split_text(b"bytes"), TypeError, "text must be a string, got bytes"),
    (lambda: split_text(""), ValueError,
     "text must leave characters on both sides of the cut at 0.1, got 0"),
    (lambda: split_text("abc"), ValueError, "text must leave characters on both sides"),
    (lambda: split_text("abc", held_out=0), ValueError, "held_out must be a finite number gre"),
    (lambda: split_text("abc", held_out=1), ValueError, "text must leave characters on both"),
    (lambda: split_text("abc", held_out="half"), TypeError, "held_out must be a finite number"),
    (lambda: read_text("nowhere.txt"), FileNotFoundError,
     r"nowhere\.txt is missing: put the file beside this notebook, or"),
    (lambda: read_text("."), ValueError, r"\. is a folder: name a text file"),
])  # fmt: skip
def test_what_is_wrong_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_the_packaged_files_ship_with_their_credit():
    credit = (SUNSPOTS.parent / "README.md").read_text(encoding="utf-8")
    for words in ("`sunspots.csv`", "Public domain", "`korean.txt`", "MIT"):
        assert words in credit
    names = {path.name for path in SUNSPOTS.parent.iterdir() if path.suffix in (".csv", ".txt")}
    assert names == {"sunspots.csv", "korean.txt"}  # none without its line


def test_the_korean_text_is_korean_and_of_some_length():
    text = load_korean()
    assert text == texts.KOREAN.read_text(encoding="utf-8") == unicodedata.normalize("NFC", text)
    syllables = [letter for letter in text if "가" <= letter <= "힣"]
    assert len(syllables) > 0.6 * len(text)
    assert 100 < len(set(syllables)) < 400
    assert len(text) >= 1000
    assert {"기억", "\n\n"} <= {text[t : t + 2] for t in range(len(text))}


TEXT = "Été, 기억하고 잊는다.\n" * 5


def write(folder, content, name="mine.txt"):
    path = folder / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("content", [
    TEXT.encode(),
    b"\xef\xbb\xbf" + TEXT.encode(),  # a byte order mark, as Notepad writes
    TEXT.replace("\n", "\r\n").encode(),
    TEXT.replace("\n", "\r").encode(),
    unicodedata.normalize("NFD", TEXT).encode(),  # as macOS stores names: ㄱ, ㅣ for 기
    b"\xef\xbb\xbf" + unicodedata.normalize("NFD", TEXT).replace("\n", "\r\n").encode(),
], ids=["plain", "mark", "CRLF", "CR", "pieces", "all at once"])  # fmt: skip
def test_one_text_in_six_forms_is_read_as_the_same(tmp_path, content):
    path = write(tmp_path, content)
    assert read_text(path, minimum=50) == TEXT
    assert read_text(str(path), minimum=50) == TEXT


def test_nothing_else_of_a_text_is_changed_and_one_just_long_enough_is_read(tmp_path):
    text = "  Two  spaces,\ttabs,\n\n\nempty lines, ﬁ ½ and a mark \ufeff inside.  \n"
    assert read_text(write(tmp_path, text.encode()), minimum=1) == text
    assert len(read_text(write(tmp_path, ("기" * 1000).encode()))) == 1000


SHORT = r"mine\.txt is too short to learn from: it holds 999 characters, at least 1,000 are needed"


@pytest.mark.parametrize(("content", "message"), [
    (b"", r"mine\.txt is empty: name a file with at least 1,000 characters"),
    (b" \r\n\t\n" * 400, r"mine\.txt is empty"),
    ("짧다".encode(), r"mine\.txt is too short to learn from: it holds 2 characters"),
    (("기" * 999).encode(), SHORT),
    (unicodedata.normalize("NFD", "기" * 999).encode(), SHORT),  # counted when put together
    (b"\xef\xbb\xbf", r"it holds 0 characters, at least 1,000 are needed"),
    (b"\x89PNG\r\n\x00\x00" * 200, r"mine\.txt is no text, it holds bytes of value 0"),
    (b"text\0" * 300, r"mine\.txt is no text, it holds bytes of value 0: name a text file"),
    (TEXT.encode("utf-16"), r"mine\.txt is no text, it holds bytes of value 0: .* UTF-8"),
    (
        "abc 기억하고 잊는다.".encode("cp949") * 100,
        r"mine\.txt is not UTF-8 \(its byte 4 fits no character\): open it in an editor and "
        "save it as UTF-8",
    ),
    (b"a" * 1500 + "é".encode("latin-1") + b"a" * 9,
     r"mine\.txt is not UTF-8 \(its byte 1,500 fits no character\)"),
])  # fmt: skip
def test_a_file_that_no_model_can_read_is_named_with_what_to_do(tmp_path, content, message):
    with pytest.raises(ValueError, match=message):
        read_text(write(tmp_path, content))
