"""A picture for narrow pages: the pieces of a wide one, one below the other."""

from typing import Any

from PIL import Image, ImageChops

GAP = 18  # pixels between two pieces
WHITE = (255, 255, 255)


def stack(picture: Image.Image, pieces: list[dict[str, Any]]) -> Image.Image:
    """The pieces that `display.pieces.find_pieces` found in a picture, from top to bottom."""
    picture = picture.convert("RGB")
    parts = [_cut(picture, **piece) for piece in pieces]
    width = max(part.width for part in parts)
    height = sum(part.height for part in parts) + GAP * (len(parts) - 1)
    whole, top = Image.new("RGB", (width, height), WHITE), 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height + GAP
    return whole


def _cut(picture, box, axis=None):
    """One piece, its y axis copied from another panel where it has none of its own."""
    part = picture.crop(box)
    if axis is None:
        return part
    left, spine, own = axis
    before = max(0, spine - left - (own - box[0]))  # room that the labels need
    wide = Image.new("RGB", (before + part.width, part.height), WHITE)
    wide.paste(part, (before, 0))
    labels = Image.new("RGB", wide.size, WHITE)
    strip = picture.crop((left, box[1], spine, box[3]))
    labels.paste(strip, (before + own - box[0] - strip.width, 0))
    return ImageChops.darker(wide, labels)
