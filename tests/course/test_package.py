"""What every module of the package keeps to: its length, and annotations for all that is public."""

import ast

import pytest

from tests.notebooks import ROOT

MODULES = sorted((ROOT / "rnn_helpers").rglob("*.py"))
LONGEST = 450  # lines: what one can still have in mind


def find_bare_names(source):
    """What a module's public functions and methods leave without an annotation."""
    for owner, function in _public_functions(ast.parse(source), ""):
        arguments = function.args
        named = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]
        static = any(getattr(d, "id", "") == "staticmethod" for d in function.decorator_list)
        for argument in named[1 if owner and not static else 0 :]:
            if argument.annotation is None:
                yield f"{owner}{function.name}({argument.arg})"
        if function.returns is None and function.name != "__init__":
            yield f"{owner}{function.name} → ?"


def _public_functions(node, owner):
    for child in node.body:
        hidden = getattr(child, "name", "_").startswith("_")
        if isinstance(child, ast.ClassDef) and not hidden:
            yield from _public_functions(child, f"{child.name}.")
        elif isinstance(child, ast.FunctionDef) and (not hidden or child.name == "__init__"):
            yield owner, child


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_is_short_and_annotated(path):
    source = path.read_text(encoding="utf-8")
    assert len(source.splitlines()) <= LONGEST
    assert list(find_bare_names(source)) == []


@pytest.mark.parametrize(("source", "bare"), [
    ("def f(a: int, *, b) -> int: ...", ["f(b)"]),
    ("def f(a: int): ...", ["f → ?"]),
    ("class C:\n    def g(self, a) -> int: ...", ["C.g(a)"]),
    ("class C:\n    def __init__(self, a): ...", ["C.__init__(a)"]),
    ("class C:\n    @staticmethod\n    def g(a) -> int: ...", ["C.g(a)"]),
    ("def _f(a): ...\nclass _C:\n    def g(self, a): ...", []),
])  # fmt: skip
def test_what_is_not_annotated_is_found(source, bare):
    assert list(find_bare_names(source)) == bare
