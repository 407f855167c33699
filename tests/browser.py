"""What the tests in a browser share: where they run, the demos, how a picture is read back."""

import ast
import os

import pytest

from tests.notebooks import ROOT
from tools.lab import INSTALL_CHROMIUM, find_chromium

# Skipped where Chromium is missing, except in continuous integration, where that is a failure.
IN_BROWSER = [pytest.mark.browser]
if find_chromium() is None and not os.environ.get("CI"):
    IN_BROWSER += [pytest.mark.skip(reason=INSTALL_CHROMIUM)]

# what a demo of a trained model is given here: a model that has learned nothing
PREPARE = {
    "sampling_demo": """
from rnn_helpers.models.language_model import LanguageModel
from rnn_helpers.data.vocabulary import Vocabulary
vocabulary = Vocabulary.build("the state of the art")
arguments = LanguageModel(len(vocabulary), 8, embedding_size=4), vocabulary
""",
    "reveal_demo": """
from rnn_helpers.lectures.bidirectional_and_deep.tagging import Tagger
arguments = ({"GRU": (Tagger(cell="GRU"), Tagger(cell="GRU", bidirectional=True))},)
""",
    "alignment_demo": """
from rnn_helpers.lectures.attention.encoder_decoder import EncoderDecoder
from rnn_helpers.lectures.attention.dates import ISO_CHARACTERS, list_characters
sizes = len(list_characters()), len(ISO_CHARACTERS)
arguments = ({score: EncoderDecoder(*sizes, 8, score=score) for score in ("dot", "additive")},)
""",
}
DEMOS = sorted(
    (path.parent.name, node.name)
    for path in (ROOT / "rnn_helpers" / "lectures").glob("*/demos.py")
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.FunctionDef) and node.name.endswith("_demo")
)
NAMES = [name for _, name in DEMOS]
MOVES = 200  # of each demo, drawn at random

# an arrow function: an element of a picture → [kind, data…], as `recording.record` has them
READ_ELEMENT = """element => {
  const get = name => element.getAttribute(name);
  if (element.localName === "path") return ["path", get("d")];
  const place = [element.localName, Number(get("x")), Number(get("y"))];
  if (element.localName === "image")
    return [...place, Number(get("width")), Number(get("height")), get("href")];
  const length = get("textLength");
  return [...place, element.textContent, ...(length ? [Number(length)] : [])];
}"""
