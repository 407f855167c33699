"""What lights where a part of a picture is pointed at, as a page finds it."""

from typing import Any

from rnn_helpers.display.live import Live


def find_pointed(demo: Live) -> dict[str, str | None]:
    """By gid, as this frame has it: the part that is pointed at there; None if it lights none."""
    known = dict(demo.stage.parts)
    gids = {style["part"] for style in demo.stage.frame["styles"] if style.get("part")}
    return {gid: next((name for name in gid.split("|") if name in known), None) for gid in gids}


def list_lit(terms: Any) -> set[str]:
    """The parts that light one or more pieces of the equations."""
    gids = [artist.get_gid() for artist in terms.get_children()]
    return {name for gid in gids for name in (gid, *getattr(gid, "by", ()))}
