"""A font that has the characters that are to be drawn."""

from functools import lru_cache

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

# What systems ship for scripts that Matplotlib's own font lacks, Korean first.
_WIDE = (
    "Noto Sans Mono CJK", "Noto Sans CJK", "Nanum", "Malgun Gothic", "Apple SD Gothic Neo",
    "Noto Sans KR", "UnDotum", "Noto Serif CJK", "Yu Gothic", "Hiragino", "Microsoft YaHei",
    "PingFang", "Arial Unicode MS",
)  # fmt: skip


@lru_cache(maxsize=64)
def find_font(characters: str, *, family: str = "monospace") -> str | None:
    """The file of a font that can draw all of the characters, None if this machine has none.

    Matplotlib's own font of that family is tried first; white space is passed over.
    """
    wanted = {ord(letter) for letter in characters if not letter.isspace()}
    own = font_manager.findfont(font_manager.FontProperties(family=[family]))
    others = sorted(
        (place, font.fname)
        for font in font_manager.fontManager.ttflist
        for place, name in enumerate(_WIDE)
        if font.name.startswith(name) and font.style == "normal" and font.weight in (400, "normal")
    )
    for path in (own, *dict.fromkeys(path for _, path in others)):
        if wanted <= _read_characters(path):
            return path
    return None


@lru_cache(maxsize=16)
def _read_characters(path):
    return frozenset(FT2Font(path).get_charmap())
