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

from rnn_helpers.lectures.attention import dates
from rnn_helpers.lectures.attention.dates import LANGUAGES, list_formats, make_dates, normalise

DAY = datetime.date(2026, 3, 4)  # a Wednesday; day, month and year tell themselves apart


@pytest.fixture
def rng():
    return np.random.default_rng(1)


@pytest.fixture(scope="module")
def year():
    """Each day of a leap year in each format: (day, language, normalised text)."""
    days = [datetime.date(2012, 1, 1) + datetime.timedelta(days) for days in range(366)]
    return [(day, language, normalise(dates.write_date(day, pattern, language)))
            for language in LANGUAGES for pattern in list_formats(language)
            for day in days]  # fmt: skip


@pytest.mark.parametrize(("language", "texts"), [
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
])  # fmt: skip
def test_a_day_by_hand_in_every_language(language, texts):
    written = [dates.write_date(DAY, pattern, language) for pattern in list_formats(language)]
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


def test_no_text_stands_for_two_days_and_no_two_formats_write_every_day_alike(year):
    read = {}
    for day, language, text in year:
        assert read.setdefault(text, day) == day, f"{text} ({language}): {read[text]} or {day}"
    for language in LANGUAGES:
        texts = [text for _, other, text in year if other == language]
        columns = {tuple(texts[k : k + 366]) for k in range(0, len(texts), 366)}
        assert len(columns) == len(list_formats(language)), language


def test_the_numbers_of_a_text_are_its_day_and_year_and_the_month_if_it_has_no_name(year):
    for day, language, text in year:
        numbers = [int(number) for number in re.findall("[0-9]+", text)]  # not ٠–٩
        with_month = [day.day, day.month, day.year]
        if language in ("ja", "ko", "zh"):
            assert numbers == with_month[::-1]
        else:
            assert numbers in (with_month, [day.day, day.year])


@pytest.mark.parametrize(("text", "expected"), [
    ("  21\u00a0Nov\t2026\n", "21 nov 2026"),
    ("21\u200f/11\u200f/2026", "21/11/2026"),
    ("2026\u202fг.", "2026 г."),
    ("２０２６年１１月２１日", "2026年11月21日"),  # the wide digits of Japanese keyboards
    ("MA\u0308RZ", "märz"),
    ("NİSAN", "nisan"),
    ("", ""),
])  # fmt: skip
def test_normalise(text, expected):
    assert normalise(text) == normalise(expected) == expected


def test_a_text_stored_in_pieces_is_read_as_one_put_together(year):
    """Hangul and accents in NFD, as some systems store them, are the same dates."""
    texts = sorted({text for _, _, text in year})
    pieces = [unicodedata.normalize("NFD", text) for text in texts]
    assert sum(a != b for a, b in zip(texts, pieces, strict=True)) > 1000
    pattern = unicodedata.normalize("NFD", "y년 MMMM d일")
    assert dates.write_date(DAY, pattern, "ko") == "2026년 3월 4일"
    for whole, split in zip(dates.encode_dates(texts), dates.encode_dates(pieces), strict=True):
        np.testing.assert_array_equal(whole, split)


def test_no_day_of_the_test_was_trained_on_in_any_language(rng):
    _, train, _ = make_dates(100_000, part="train", rng=rng)
    _, test, _ = make_dates(20_000, part="test", rng=rng)
    assert not set(train) & set(test)
    count = (dates.LAST_DAY - dates.FIRST_DAY).days + 1
    assert count == 36_525
    assert dates.FIRST_DAY.isoformat() <= min(train) < "1950-01-09"
    assert "2049-12-23" < max(train) <= dates.LAST_DAY.isoformat()
    assert dates.FIRST_DAY.isoformat() <= min(test) < max(test) <= dates.LAST_DAY.isoformat()
    assert len(set(train)) > 0.9 * 0.9 * count
    assert 0.99 * 0.1 * count < len(set(test)) <= 0.1 * count


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
    assert len(texts) == 4_000
    used = set()
    for text, iso, language in zip(texts, isos, languages, strict=True):
        day = datetime.date.fromisoformat(iso)
        assert day.isoformat() == iso
        patterns = [p for p in list_formats(language) if dates.write_date(day, p, language) == text]
        assert patterns, f"{text} is not {iso} in {language}"
        used.update((language, pattern) for pattern in patterns)
    assert used == {(key, pattern) for key in LANGUAGES for pattern in list_formats(key)}


def test_a_seed_decides_what_is_drawn_and_which_days_are_tested_does_not_depend_on_it():
    first, again, other = (
        make_dates(500, part="test", rng=np.random.default_rng(seed)) for seed in (5, 5, 6)
    )
    assert first == again
    assert first[0] != other[0]
    days = (datetime.date.fromisoformat(iso) for iso in first[1] + other[1])
    assert {(day - dates.FIRST_DAY).days % 10 for day in days} == {9}


def test_the_dates_are_the_same_in_another_process():
    module = "rnn_helpers.lectures.attention.dates"
    script = (
        f"import numpy as np; from {module} import list_characters, make_dates;"
        "dates = make_dates(50, part='train', rng=np.random.default_rng(1));"
        "print(ascii((dates, list_characters())))"
    )
    first = make_dates(50, part="train", rng=np.random.default_rng(1))
    for seed in ("1", "2"):  # of the hashes of strings, hence of the order of sets
        output = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True,
            env={"PYTHONHASHSEED": seed, "LC_ALL": "C", "LANG": "tr_TR"},
        ).stdout  # fmt: skip
        assert output.strip() == ascii((first, dates.list_characters()))


def test_a_training_set_is_made_in_a_moment(rng):
    started = time.process_time()
    dates.encode_dates(make_dates(20_000, part="train", rng=rng)[0])
    assert time.process_time() - started < 5  # 0.5 s on one thread


def test_the_characters_are_exactly_those_that_dates_are_written_with(year):
    written = set("".join(text for _, _, text in year))
    assert dates.list_characters() == "".join(sorted(written))
    assert len(dates.list_characters()) == 131
    assert max(len(text) for _, _, text in year) <= dates.LONGEST
    assert len(dates.encode_dates(["1" * dates.LONGEST])[0]) == 60


def test_encoded_texts_are_padded_at_the_end_and_can_be_read_back(rng):
    texts = ["2026년 3월 4일", "Mi., 4.3.2026", "4 MARS 2026", "4/3/2026"]
    tokens, lengths = dates.encode_dates(texts)
    assert tokens.shape == (13, 4)  # (T, B)
    assert tokens.dtype == np.int64
    assert lengths.tolist() == [11, 13, 11, 8]
    for batch in (texts, make_dates(300, part="test", rng=rng)[0]):
        tokens, lengths = dates.encode_dates(batch)
        for column, length, text in zip(tokens.T, lengths, batch, strict=True):
            read = "".join(dates.list_characters()[k - 1] for k in column[:length])
            assert read == normalise(text)
            assert (column[:length] > 0).all()
            assert (column[length:] == 0).all()


def test_isos_by_hand_and_back():
    assert dates.ISO_CHARACTERS == "0123456789-"
    assert dates.START == 11  # no character has it
    tokens = dates.encode_isos(["2026-11-21", "1987-06-05", "2049-12-30"])
    assert tokens.shape == (10, 3)  # (T, B)
    assert tokens.dtype == np.int64
    assert tokens[:, 1].tolist() == [1, 9, 8, 7, 10, 0, 6, 10, 0, 5]
    assert dates.decode_isos(tokens) == ["2026-11-21", "1987-06-05", "2049-12-30"]
    assert dates.decode_isos(tokens[2:4]) == ["26", "87", "49"]


@pytest.mark.parametrize(("call", "error", "message"), [
    (lambda: list_formats("el"), ValueError, "language must be one of 'ar', .*, got 'el'"),
    (lambda: dates.write_date("2026-03-04", "d MMMM y", "fr"), TypeError, "date must .* str"),
    (lambda: dates.write_date(DAY, "d. MMMM y", "fr"), ValueError, "pattern must .* 'EEEE d"),
    (lambda: dates.write_date(DAY, "MM/dd/y", "en"), ValueError, "pattern must be one of "),
    (lambda: dates.write_date(DAY, "d MMMM y", "xx"), ValueError, "language must .* 'xx'"),
    (lambda: normalise(3), TypeError, "text must be a string, got int"),
    (lambda: make_dates(0, part="train", rng=None), ValueError, "n must be an integer.* 0"),
    (lambda: make_dates(2.5, part="train", rng=None), TypeError, "n must be an integer.* 2.5"),
    (lambda: make_dates(2, part="all", rng=None), ValueError, "part must be .*, got 'all'"),
    (lambda: make_dates(2, part="train", rng=7), TypeError, "rng must be a .*, got int"),
    (lambda: dates.encode_dates("4 mars 2026"), TypeError, "texts must be .* '4 mars 2026'"),
    (lambda: dates.encode_dates(["4 mars", 4]), TypeError, r"texts must .* \['4 mars', 4"),
    (lambda: dates.encode_dates([]), ValueError, "texts must hold at least one"),
    (lambda: dates.encode_dates(["4 mars", " \u200f"]), ValueError, "is nothing to read"),
    (lambda: dates.encode_dates(["1" * 61]), ValueError, "at most 60 characters, got 61"),
    (lambda: dates.encode_dates(["4 mars 2026", "٤ @ 2026 @"]), ValueError,
     r"^no date in these languages is written with U\+0664, '@'$"),
    (lambda: dates.encode_isos([DAY]), TypeError, r"isos must be .*, got \[datetime.date"),
    (lambda: dates.encode_isos([]), ValueError, "isos must hold at least one"),
    (lambda: dates.encode_isos(["2026-11-21", "2026-1-21"]), ValueError, "must .*'2026-1-21'"),
    (lambda: dates.encode_isos(["20261121--"]), ValueError, "isos must .* '20261121--'"),
    (lambda: dates.encode_isos(["2026-11-2١"]), ValueError, "isos must look like"),
    (lambda: dates.encode_isos(["2026-11-21\n"]), ValueError, "isos must look like"),
    (lambda: dates.decode_isos([[2], [11]]), ValueError, "tokens must .* 0 to 10, got 11"),
    (lambda: dates.decode_isos([[-1], [3]]), ValueError, "tokens must .* 0 to 10, got -1"),
    (lambda: dates.decode_isos([2, 0, 2, 6]), ValueError, "tokens must have 2 axes, got 1"),
    (lambda: dates.decode_isos([[2.5]]), TypeError, "tokens must be an array"),
])  # fmt: skip
def test_what_is_wrong_is_said(call, error, message):
    with pytest.raises(error, match=message):
        call()
