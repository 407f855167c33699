"""KaTeX at build time, as an extension of Sphinx: one process of node, asked line by line.

A formula that KaTeX does not know ends the build.
"""

import importlib
import json
import os
import subprocess
from functools import cache
from typing import Any

SERVE = """
const katex = require(process.argv[1]);
const lines = require("readline").createInterface({ input: process.stdin });
lines.on("line", (line) => {
  const [latex, displayMode] = JSON.parse(line);
  console.log(JSON.stringify(katex.renderToString(latex, { displayMode })));
});
"""


@cache
def start_katex() -> subprocess.Popen[str]:
    """The process; it ends with this one, which holds its input."""
    command = ["node", "--eval", SERVE, os.environ["KATEX"]]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, encoding="utf-8")


def render(latex: str, *, display: bool) -> str:
    """HTML and MathML of one formula."""
    process = start_katex()
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps([latex, display]) + "\n")
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer:
        raise ValueError(f"KaTeX refuses {latex!r}")
    return json.loads(answer)


def setup(app: Any) -> dict[str, bool]:
    """Make Sphinx ask KaTeX."""
    skip = importlib.import_module("docutils.nodes").SkipNode  # which the tests may not have

    def show(writer: Any, node: Any, display: bool) -> None:
        tag = "div" if display else "span"
        formula = render(node.astext(), display=display)
        writer.body.append(f'<{tag} class="math">{formula}</{tag}>')
        raise skip

    app.add_html_math_renderer(
        "katex",
        (lambda writer, node: show(writer, node, display=False), None),
        (lambda writer, node: show(writer, node, display=True), None),
    )
    return {"parallel_read_safe": True, "parallel_write_safe": False}
