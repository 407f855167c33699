"""Dates in fourteen languages: what is written, that it can be read back, and what is refused."""

import datetime
import re
import subprocess
import sys
import time
import unicodedata
from importlib.metadata import version

import numpy as np
import pytest

from rnn_helpers.lectures.attention.dates import (
    FIRST_DAY,
    ISO_CHARACTERS,
    LANGUAGES,
    LAST_DAY,
    LONGEST,
    START,
    decode_isos,
    encode_dates,
    encode_isos,
    list_characters,
    list_formats,
    make_dates,
    normalise,
    write_date,
)

DAY = datetime.date(2026, 3, 4)  # a Wednesday; day, month and year tell themselves apart
RNG = np.random.default_rng(0)


def write(arguments):
    return write_date(*arguments)


def draw(arguments):
    n, part, rng = arguments
    return make_dates(n, part=part, rng=rng)


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture(scope="module")
def year():
    """Each day of a leap year in each format: (day, language, normalised text)."""
    days = [datetime.date(2012, 1, 1) + datetime.timedelta(days) for days in range(366)]
    return [
        (day, language, normalise(write_date(day, pattern, language)))
        for language in LANGUAGES
        for pattern in list_formats(language)
        for day in days
    ]


# --- what is written ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("ar", ["الأربعاء، 4 مارس 2026", "4 مارس 2026", "04\u200f/03\u200f/2026"]),
        ("de", ["Mittwoch, 4. März 2026", "4. März 2026", "04.03.2026", "Mi., 4.3.2026"]),
        ("en", ["Wednesday, March 4, 2026", "March 4, 2026", "Mar 4, 2026", "Wed, Mar 4, 2026"]),
        ("es", ["miércoles, 4 de marzo de 2026", "4 de marzo de 2026", "4/3/2026"]),
        ("fr", ["mercredi 4 mars 2026", "4 mars 2026", "04/03/2026", "mer. 4 mars 2026"]),
        ("it", ["mercoledì 4 marzo 2026", "4 mar 2026", "04/03/2026"]),
        ("ja", ["2026年3月4日水曜日", "2026年3月4日", "2026/03/04", "2026/3/4(水)"]),
        ("ko", ["2026년 3월 4일 수요일", "2026년 3월 4일", "2026. 3. 4.", "2026. 3. 4. (수)"]),
        ("nl", ["woensdag 4 maart 2026", "4 mrt 2026", "04-03-2026"]),
        ("pl", ["środa, 4 marca 2026", "4 mar 2026", "4.03.2026"]),
        ("pt", ["quarta-feira, 4 de março de 2026", "4 de mar. de 2026", "04/03/2026"]),
        ("ru", ["среда, 4 марта 2026\u202fг.", "04.03.2026", "4 мар. 2026\u202fг."]),
        ("tr", ["4 Mart 2026 Çarşamba", "4 Mar 2026", "4.03.2026"]),
        ("zh", ["2026年3月4日星期三", "2026年3月4日", "2026/3/4"]),
    ],
)
def test_a_day_by_hand_in_every_language(language, texts):
    written = [write_date(DAY, pattern, language) for pattern in list_formats(language)]
    assert set(texts) <= set(written)
    assert len(written) >= 4


def test_the_formats_are_those_of_the_babel_that_is_declared():
    assert version("babel").startswith("2.18.")
    counts = {language: len(list_formats(language)) for language in LANGUAGES}
    (mark,) = test_a_day_by_hand_in_every_language.pytestmark
    assert [language for language, _ in mark.args[1]] == list(counts)
    assert counts == {
        "ar": 5, "de": 7, "en": 4, "es": 7, "fr": 6, "it": 6, "ja": 7,
        "ko": 6, "nl": 7, "pl": 7, "pt": 7, "ru": 6, "tr": 7, "zh": 5,
    }  # fmt: skip


def test_no_text_stands_for_two_days(year):
    read = {}
    for day, language, text in year:
        assert read.setdefault(text, day) == day, f"{text} ({language}): {read[text]} or {day}"


def test_no_two_formats_of_a_language_write_every_day_alike(year):
    for language in LANGUAGES:
        texts = [text for _, other, text in year if other == language]
        columns = {tuple(texts[k : k + 366]) for k in range(0, len(texts), 366)}
        assert len(columns) == len(list_formats(language)), language


def test_the_numbers_of_a_text_are_its_day_and_year_and_the_month_if_it_has_no_name(year):
    for day, language, text in year:
        assert text.isascii() or not set(text) & set("٠١٢٣٤٥٦٧٨٩")  # as Babel writes plain Arabic
        numbers = [int(number) for number in re.findall("[0-9]+", text)]
        with_month = [day.day, day.month, day.year]
        if language in ("ja", "ko", "zh"):
            assert numbers == with_month[::-1]
        else:
            assert numbers in (with_month, [day.day, day.year])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  21\u00a0Nov\t2026\n", "21 nov 2026"),
        ("21\u200f/11\u200f/2026", "21/11/2026"),
        ("2026\u202fг.", "2026 г."),
        ("２０２６年１１月２１日", "2026年11月21日"),  # the wide digits of Japanese keyboards
        ("MA\u0308RZ", "märz"),
        ("NİSAN", "nisan"),
        ("", ""),
    ],
)
def test_normalise(text, expected):
    assert normalise(text) == normalise(expected) == expected


def test_a_text_stored_in_pieces_is_read_as_one_put_together(year):
    """Hangul and accents in NFD, as some systems store them, are the same dates."""
    texts = sorted({text for _, _, text in year})
    pieces = [unicodedata.normalize("NFD", text) for text in texts]
    assert sum(a != b for a, b in zip(texts, pieces, strict=True)) > 1000
    for whole, split in zip(encode_dates(texts), encode_dates(pieces), strict=True):
        np.testing.assert_array_equal(whole, split)


# --- what is drawn --------------------------------------------------------------------------------


def test_no_day_of_the_test_was_trained_on_in_any_language(rng):
    _, train, _ = make_dates(100_000, part="train", rng=rng)
    _, test, _ = make_dates(20_000, part="test", rng=rng)
    assert not set(train) & set(test)
    everything = {
        (FIRST_DAY + datetime.timedelta(days)).isoformat()
        for days in range((LAST_DAY - FIRST_DAY).days + 1)
    }
    assert len(everything) == 36_525
    assert set(train) | set(test) <= everything
    assert min(train) < "1950-01-09"
    assert max(train) > "2049-12-23"
    assert len(set(train)) > 0.9 * 0.9 * len(everything)
    assert 0.99 * 0.1 * len(everything) < len(set(test)) <= 0.1 * len(everything)


@pytest.mark.parametrize("part", ["train", "test"])
def test_each_part_holds_every_day_of_the_month_every_month_every_weekday_and_decade(part, rng):
    _, isos, languages = make_dates(20_000, part=part, rng=rng)
    days = [datetime.date.fromisoformat(iso) for iso in isos]
    assert {day.day for day in days} == set(range(1, 32))
    assert {day.month for day in days} == set(range(1, 13))
    assert {day.weekday() for day in days} == set(range(7))
    assert {day.year // 10 for day in days} == set(range(195, 205))
    shares = np.array([languages.count(language) for language in LANGUAGES]) / len(languages)
    np.testing.assert_allclose(shares, 1 / len(LANGUAGES), rtol=0.12)


def test_each_text_is_its_day_in_one_of_the_formats_of_its_language(rng):
    texts, isos, languages = make_dates(4_000, part="train", rng=rng)
    assert len(texts) == len(isos) == len(languages) == 4_000
    used = set()
    for text, iso, language in zip(texts, isos, languages, strict=True):
        day = datetime.date.fromisoformat(iso)
        assert day.isoformat() == iso
        patterns = [p for p in list_formats(language) if write_date(day, p, language) == text]
        assert patterns, f"{text} is not {iso} in {language}"
        used.update((language, pattern) for pattern in patterns)
    assert used == {(key, pattern) for key in LANGUAGES for pattern in list_formats(key)}


def test_a_seed_decides_what_is_drawn_and_which_days_are_tested_does_not_depend_on_it():
    first, again, other = (
        make_dates(500, part="test", rng=np.random.default_rng(seed)) for seed in (5, 5, 6)
    )
    assert first == again
    assert first[0] != other[0]
    ordinals = {
        datetime.date.fromisoformat(iso).toordinal() - FIRST_DAY.toordinal()
        for iso in first[1] + other[1]
    }
    assert {ordinal % 10 for ordinal in ordinals} == {9}


def test_the_dates_are_the_same_in_another_process():
    script = (
        "import numpy as np;"
        "from rnn_helpers.lectures.attention.dates import list_characters, make_dates;"
        "dates = make_dates(50, part='train', rng=np.random.default_rng(1));"
        "print(ascii((dates, list_characters())))"
    )
    for seed in ("1", "2"):  # of the hashes of strings, hence of the order of sets
        output = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "LC_ALL": "C", "LANG": "tr_TR"},
        ).stdout  # fmt: skip
        here = make_dates(50, part="train", rng=np.random.default_rng(1))
        assert output.strip() == ascii((here, list_characters()))


def test_a_training_set_is_made_in_a_moment(rng):
    started = time.process_time()
    encode_dates(make_dates(20_000, part="train", rng=rng)[0])
    assert time.process_time() - started < 5  # 0.5 s on one thread


# --- what the networks read and write -------------------------------------------------------------


def test_the_characters_are_exactly_those_that_dates_are_written_with(year):
    written = set("".join(text for _, _, text in year))
    assert list_characters() == "".join(sorted(written))
    assert len(list_characters()) == 131
    assert max(len(text) for _, _, text in year) <= LONGEST


def test_encoded_texts_are_padded_at_the_end_and_can_be_read_back():
    texts = ["2026년 3월 4일", "Mi., 4.3.2026", "4 MARS 2026", "4/3/2026"]
    tokens, lengths = encode_dates(texts)
    assert tokens.shape == (13, 4)  # (T, B)
    assert tokens.dtype == np.int64
    assert lengths.tolist() == [11, 13, 11, 8]
    for column, length, text in zip(tokens.T, lengths, texts, strict=True):
        assert "".join(list_characters()[k - 1] for k in column[:length]) == normalise(text)
        assert (column[:length] > 0).all()
        assert (column[length:] == 0).all()


def test_a_batch_is_encoded_as_its_texts_one_by_one(rng):
    texts, _, _ = make_dates(300, part="test", rng=rng)
    tokens, lengths = encode_dates(texts)
    assert tokens.max() <= len(list_characters())
    for column, length, text in zip(tokens.T, lengths, texts, strict=True):
        alone, (alone_length,) = encode_dates([text])
        assert alone_length == length
        assert np.array_equal(alone[:, 0], column[:length])


def test_the_longest_text_that_is_taken():
    assert encode_dates(["1" * 60])[0].shape == (60, 1)


def test_isos_by_hand_and_back():
    assert ISO_CHARACTERS == "0123456789-"
    assert START == 11  # no character has it
    tokens = encode_isos(["2026-11-21", "1987-06-05", "2049-12-30"])
    assert tokens.shape == (10, 3)  # (T, B)
    assert tokens.dtype == np.int64
    assert tokens[:, 1].tolist() == [1, 9, 8, 7, 10, 0, 6, 10, 0, 5]
    assert decode_isos(tokens) == ["2026-11-21", "1987-06-05", "2049-12-30"]
    assert decode_isos(tokens[2:4]) == ["26", "87", "49"]


@pytest.mark.parametrize(
    ("call", "argument", "error", "message"),
    [
        (list_formats, "el", ValueError, "language must be one of 'ar', 'de', .*, got 'el'"),
        (write, ("2026-03-04", "d MMMM y", "fr"), TypeError, "date must be a datetime.date, got s"),
        (write, (DAY, "d. MMMM y", "fr"), ValueError, "pattern must be one of 'EEEE d MMMM y', "),
        (write, (DAY, "MM/dd/y", "en"), ValueError, "pattern must be one of "),
        (write, (DAY, "d MMMM y", "xx"), ValueError, "language must be one of 'ar', .*, got 'xx'"),
        (normalise, 3, TypeError, "text must be a string, got int"),
        (draw, (0, "train", RNG), ValueError, "n must be an integer of at least 1, got 0"),
        (draw, (2.5, "train", RNG), TypeError, "n must be an integer of at least 1, got 2.5"),
        (draw, (2, "validation", RNG), ValueError, "part must be one of 'train', 'test', got 'va"),
        (draw, (2, "train", 7), TypeError, "rng must be a numpy.random.Generator, got int"),
        (encode_dates, "4 mars 2026", TypeError, "texts must be a list of strings, got '4 mars 20"),
        (encode_dates, None, TypeError, "texts must be a list of strings, got None"),
        (encode_dates, ["4 mars", 4], TypeError, r"texts must be a list .*, got \['4 mars', 4"),
        (encode_dates, [], ValueError, "texts must hold at least one string, got none"),
        (encode_dates, ["4 mars 2026", " \u200f"], ValueError, "there is nothing to read: write a"),
        (encode_dates, ["1" * 61], ValueError, "a date has at most 60 characters, got 61"),
        (encode_dates, ["4 mars 2026", "٤ @ 2026 @"], ValueError,
         r"^no date in these languages is written with U\+0664, '@'$"),
        (encode_isos, "2026-11-21", TypeError, "isos must be a list of strings, got '2026-11-21'"),
        (encode_isos, [DAY], TypeError, r"isos must be a list of strings, got \[datetime.date"),
        (encode_isos, [], ValueError, "isos must hold at least one string, got none"),
        (encode_isos, ["2026-11-21", "2026-1-21"], ValueError, "isos must look .*, got '2026-1-21"),
        (encode_isos, ["20261121--"], ValueError, "isos must look like .*, got '20261121--'"),
        (encode_isos, ["2026-11-2١"], ValueError, "isos must look like 2026-11-21"),
        (encode_isos, ["2026-11-21\n"], ValueError, "isos must look like 2026-11-21"),
        (decode_isos, [[2], [START]], ValueError, "tokens must lie from 0 to 10, got 11"),
        (decode_isos, [[-1], [3]], ValueError, "tokens must lie from 0 to 10, got -1"),
        (decode_isos, [2, 0, 2, 6], ValueError, "tokens must have 2 axes, got 1"),
        (decode_isos, [[2.5]], TypeError, "tokens must be an array of numbers"),
        (decode_isos, [["two"]], TypeError, "tokens must be an array of numbers"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said(call, argument, error, message):
    with pytest.raises(error, match=message):
        call(argument)
