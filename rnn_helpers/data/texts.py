"""Texts: the manual that ships inside CPython, a short Korean one, and files of your own."""

import pathlib
import unicodedata

from rnn_helpers.validation import check_boolean, check_number

KOREAN = pathlib.Path(__file__).with_name("korean.txt")
HELD_OUT_TEXT = 0.1
"""Every lecture holds back this share of a text, its end, to be judged on."""


def normalise(text: str, *, name: str = "text") -> str:
    r"""A text in NFC: what is stored in pieces, as Hangul or é may be, in one character each.

    Every text that a model reads goes through here, so that what looks the same is the same.

    Parameters
    ----------
    text : str
    name : str
        What the caller calls it.

    Examples
    --------
    >>> len("Cafe\u0301"), len(normalise("Cafe\u0301"))
    (5, 4)
    """
    if not isinstance(text, str):
        raise TypeError(f"{name} must be a string, got {type(text).__name__}")
    return unicodedata.normalize("NFC", text)


def load_manual(*, drop_repeats: bool = False) -> str:
    """The text of Python's reference manual, as it ships with every CPython.

    The topics of `pydoc_data.topics`, in alphabetical order, joined by blank lines. It differs a
    little from one Python version to the next.

    Parameters
    ----------
    drop_repeats : bool
        Keep only the first of paragraphs that are the same, character for character. About one
        paragraph in five repeats an earlier one, because a page about compound statements
        contains the page about `if`. Text that is held out must not hold copies of what was
        trained on.

    Examples
    --------
    >>> len(load_manual()) > len(load_manual(drop_repeats=True)) > 100_000
    True
    """
    check_boolean("drop_repeats", drop_repeats)
    try:
        from pydoc_data.topics import topics
    except ImportError:
        raise FileNotFoundError(
            "the module pydoc_data.topics is missing: this Python was installed without its "
            "manual; expected the standard library of CPython 3.11 or later"
        ) from None
    text = normalise("\n\n".join(topics[name].strip("\n") for name in sorted(topics)))
    return "\n\n".join(dict.fromkeys(text.split("\n\n"))) if drop_repeats else text


def load_korean() -> str:
    """A short Korean text about recurrent networks, written for this series."""
    return read_text(KOREAN)


def read_text(path: str | pathlib.Path, *, minimum: int = 1000) -> str:
    r"""A text file of yours, as a model can read it.

    UTF-8, with or without a byte order mark; line ends become "\n"; in the form of `normalise`.
    Every message names the file and says what to do.

    Parameters
    ----------
    path : str or path
    minimum : int
        The fewest characters that are of use.
    """
    path = pathlib.Path(path)
    if path.is_dir():
        raise ValueError(f"{path} is a folder: name a text file")
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise FileNotFoundError(
            f"{path} is missing: put the file beside this notebook, or write its whole path"
        ) from None
    if not content.strip():
        raise ValueError(f"{path} is empty: name a file with at least {minimum:,} characters")
    if b"\0" in content:
        raise ValueError(f"{path} is no text, it holds bytes of value 0: name a text file in UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(
            f"{path} is not UTF-8 (its byte {error.start:,} fits no character): open it in "
            "an editor and save it as UTF-8"
        ) from None
    text = normalise(text).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) < minimum:
        raise ValueError(
            f"{path} is too short to learn from: it holds {len(text):,} characters, at least "
            f"{minimum:,} are needed"
        )
    return text


def split_text(text: str, *, held_out: float = HELD_OUT_TEXT) -> tuple[str, str]:
    """Cut a text into its beginning, to train on, and its end, to be judged on.

    Parameters
    ----------
    text : str
    held_out : float between 0 and 1
        The share at the end that is held out.

    Examples
    --------
    >>> split_text("abcdefghij", held_out=0.2)
    ('abcdefgh', 'ij')
    """
    text = normalise(text)
    held_out = check_number("held_out", held_out, exclusive_minimum=0, maximum=1)
    n_train = len(text) - round(held_out * len(text))
    if not 0 < n_train < len(text):
        raise ValueError(
            f"text must leave characters on both sides of the cut at {held_out:g}, "
            f"got {len(text)} characters"
        )
    return text[:n_train], text[n_train:]
