"""Dates as people write them in fourteen languages, and the one way that ISO 8601 writes them.

The formats, and the names of months and weekdays, are those of Unicode's CLDR; version 47 comes
with Babel 2.18, and another Babel may write other dates. Babel writes the digits 0–9 in every
language, Arabic included: so does CLDR for plain "ar", though Egypt's ("ar_EG") are ٠–٩.
"""

import datetime
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from babel import Locale
from babel.dates import format_date
from numpy.typing import ArrayLike

from rnn_helpers.validation import check_array, check_choice, check_integer, check_rng

LANGUAGES = {
    "ar": "Arabic", "de": "German", "en": "English", "es": "Spanish", "fr": "French",
    "it": "Italian", "ja": "Japanese", "ko": "Korean", "nl": "Dutch", "pl": "Polish",
    "pt": "Portuguese", "ru": "Russian", "tr": "Turkish", "zh": "Chinese",
}  # fmt: skip
FIRST_DAY, LAST_DAY = datetime.date(1950, 1, 1), datetime.date(2049, 12, 31)
LONGEST = 60  # characters of a text that `encode_dates` takes
ISO_CHARACTERS = "0123456789-"
START = len(ISO_CHARACTERS)  # what a decoder reads before the first character


@lru_cache
def list_formats(language: str) -> tuple[str, ...]:
    """The formats that a language has for a whole date, as patterns of CLDR.

    Left out is what cannot be read without knowing more: a year of two digits, and digits alone
    with the month first (3/4/2026), which the other languages read the other way round.

    In a pattern of the language, y is the year, M the month, d the day, E or c the weekday;
    '…' encloses words.

    Source
    ------
    Unicode Technical Standard 35, part 4, "Date Format Patterns".

    Examples
    --------
    >>> list_formats("en")
    ('EEEE, MMMM d, y', 'MMMM d, y', 'MMM d, y', 'E, MMM d, y')
    """
    locale = Locale.parse(check_choice("language", language, LANGUAGES))
    patterns, whole = list(locale.date_formats.values()), re.compile("y.*d")
    patterns += [p for key, p in locale.datetime_skeletons.items() if whole.fullmatch(key)]
    written = {}  # two patterns may write every date alike, as Korean's long and short months do
    for pattern in filter(_is_readable, map(str, patterns)):
        ninths = (datetime.date(2000, month, 9) for month in range(1, 13))
        texts = tuple(normalise(format_date(date, pattern, language)) for date in ninths)
        written.setdefault(texts, pattern)
    return tuple(written.values())


def _is_readable(pattern):
    month_first = pattern.index("M") < pattern.index("d") < pattern.index("y")
    return "yy" not in pattern and ("MMM" in pattern or not month_first)


def write_date(date: datetime.date, pattern: str, language: str) -> str:
    """A date in one of the formats that `list_formats` has for a language.

    Examples
    --------
    >>> write_date(datetime.date(2026, 11, 21), "y년 MMMM d일", "ko")
    '2026년 11월 21일'
    """
    if not isinstance(date, datetime.date):
        raise TypeError(f"date must be a datetime.date, got {type(date).__name__}")
    if isinstance(pattern, str):
        pattern = unicodedata.normalize("NFC", pattern)
    check_choice("pattern", pattern, list_formats(language))
    return format_date(date, pattern, language)


def normalise(text: str) -> str:
    r"""One form for what looks the same: small letters, plain spaces, no invisible marks.

    Examples
    --------
    >>> normalise("21 Nov\u00a02026")
    '21 nov 2026'
    """
    if not isinstance(text, str):
        raise TypeError(f"text must be a string, got {type(text).__name__}")
    text = unicodedata.normalize("NFKC", text).replace("İ", "i").lower()  # lower() makes two of İ
    return " ".join("".join(c for c in text if unicodedata.category(c) != "Cf").split())


def make_dates(
    n: int, *, part: str, rng: np.random.Generator
) -> tuple[list[str], list[str], list[str]]:
    """Draw days at random; write each in a random language, in a random format of that language.

    The days run from 1950 to 2049. Every tenth belongs to the test: no training text says it, in
    any language.

    Parameters
    ----------
    n : int ≥ 1
    part : {"train", "test"}

    Returns
    -------
    texts : list of str
        As `write_date` writes them.
    isos : list of str
        The same days by ISO 8601.
    languages : list of str
        Keys of `LANGUAGES`.

    Examples
    --------
    >>> make_dates(2, part="test", rng=np.random.default_rng(3))
    (['Mon, Feb 24, 2031', 'dom, 27/7/1958'], ['2031-02-24', '1958-07-27'], ['en', 'es'])
    """
    check_integer("n", n, minimum=1)
    check_choice("part", part, ("train", "test"))
    check_rng(rng)
    days = np.arange(FIRST_DAY.toordinal(), LAST_DAY.toordinal() + 1)
    days = days[9::10] if part == "test" else np.delete(days, np.s_[9::10])
    dates = [datetime.date.fromordinal(day) for day in rng.choice(days, size=n).tolist()]
    languages = [list(LANGUAGES)[i] for i in rng.integers(len(LANGUAGES), size=n)]
    texts = []
    for date, language, share in zip(dates, languages, rng.random(n), strict=True):
        patterns = list_formats(language)
        texts.append(write_date(date, patterns[int(share * len(patterns))], language))
    return texts, [date.isoformat() for date in dates], languages


@lru_cache
def list_characters() -> str:
    """Every character of a normalised date, in any language and format: sorted, each once.

    Position k has the index k + 1; index 0 is padding.

    Examples
    --------
    >>> "년" in list_characters(), "@" in list_characters()
    (True, False)
    """
    found = set()
    weeks = [datetime.date(2000, month, day) for month in range(1, 13) for day in range(10, 17)]
    for language in LANGUAGES:
        for pattern in list_formats(language):
            for date in weeks:
                found.update(normalise(write_date(date, pattern, language)))
    return "".join(sorted(found))


def encode_dates(texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """Indices of the characters of texts, after `normalise`, padded at the end with 0.

    Returns
    -------
    tokens : int array (T, B)
        T is the length of the longest, B the number of texts.
    lengths : int array (B,)

    Examples
    --------
    >>> tokens, lengths = encode_dates(["1.9.2001", "2001年9月1日"])
    >>> tokens.shape, lengths.tolist()
    ((9, 2), [8, 9])
    """
    rows = [normalise(text) for text in _check_strings("texts", texts)]
    index = {character: k for k, character in enumerate(list_characters(), start=1)}
    lengths = np.array([len(row) for row in rows])
    if lengths.min() == 0:
        raise ValueError("there is nothing to read: write a date, such as 21 Nov 2026")
    if lengths.max() > LONGEST:
        raise ValueError(f"a date has at most {LONGEST} characters, got {lengths.max()}")
    unknown = dict.fromkeys(c for row in rows for c in row if c not in index)
    if unknown:  # said in signs that every font has
        names = ", ".join(repr(c) if c.isascii() else f"U+{ord(c):04X}" for c in list(unknown)[:5])
        raise ValueError(f"no date in these languages is written with {names}")
    tokens = np.zeros((lengths.max(), len(rows)), dtype=np.int64)
    for column, row in enumerate(rows):
        tokens[: len(row), column] = [index[c] for c in row]
    return tokens, lengths


def encode_isos(isos: Sequence[str]) -> np.ndarray:
    """Indices of ISO dates in `ISO_CHARACTERS`: int array (10, B).

    Examples
    --------
    >>> encode_isos(["2026-11-21"]).T.tolist()
    [[2, 0, 2, 6, 10, 1, 1, 10, 2, 1]]
    """
    for iso in _check_strings("isos", isos):
        if not re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", iso):
            raise ValueError(f"isos must look like 2026-11-21, got {iso!r}")
    return np.array([[ISO_CHARACTERS.index(c) for c in iso] for iso in isos]).T


def decode_isos(tokens: ArrayLike) -> list[str]:
    """The text of each column of indices in `ISO_CHARACTERS`, int array (T, B).

    Examples
    --------
    >>> decode_isos(encode_isos(["2026-11-21", "1999-12-31"]))
    ['2026-11-21', '1999-12-31']
    """
    indices = check_array("tokens", tokens, ndim=2, dtype=int)
    if indices.min() < 0 or indices.max() >= START:
        wrong = indices.min() if indices.min() < 0 else indices.max()
        raise ValueError(f"tokens must lie from 0 to {START - 1}, got {wrong}")
    return ["".join(ISO_CHARACTERS[k] for k in column) for column in indices.T]


def _check_strings(name, strings):
    if not isinstance(strings, list | tuple) or not all(isinstance(s, str) for s in strings):
        raise TypeError(f"{name} must be a list of strings, got {strings!r:.60}")
    if not strings:
        raise ValueError(f"{name} must hold at least one string, got none")
    return strings
