"""pyproject.toml, requirements.txt and environment.yml agree, and name no place of ours."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import rnn_helpers

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRA = PROJECT["optional-dependencies"]["test"]
RANGES = {canonicalize_name(Requirement(line).name): Requirement(line) for line in
          (*PROJECT["dependencies"], *EXTRA)}  # fmt: skip
# What conda-forge calls otherwise: the CPU build, and matplotlib without its Qt window.
CONDA_NAMES = {"torch": "pytorch-cpu", "matplotlib": "matplotlib-base"}
MODULES_OF = {
    "ipython": "IPython", "markdown-it-py": "markdown_it", "pillow": "PIL", "pyyaml": "yaml",
    "websocket-client": "websocket",
}  # fmt: skip


def read_pins(text):
    """{canonical name: version} of a requirements file that holds nothing but exact pins."""
    pins = {}
    for line in text.splitlines():
        line = line.partition("#")[0].strip()
        if line:
            requirement = Requirement(line)  # an option, an address or a path is no requirement
            (specifier,) = requirement.specifier
            exact = specifier.operator == "==" and "*" not in specifier.version
            assert exact, f"{line}: not an exact pin"
            assert "+" not in specifier.version, f"{line}: a local build that others cannot get"
            assert requirement.url is None, f"{line}: an address"
            pins[canonicalize_name(requirement.name)] = specifier.version
    return pins


def read_conda(text):
    """{name: its range} of an environment file, its pip section included."""
    ranges = {}
    for entry in yaml.safe_load(text)["dependencies"]:
        for line in entry["pip"] if isinstance(entry, dict) else [entry]:
            if not line.startswith("-e"):
                requirement = Requirement(line)
                ranges[canonicalize_name(requirement.name)] = requirement.specifier
    return ranges


PINS = read_pins((ROOT / "requirements.txt").read_text())
CONDA = read_conda((ROOT / "environment.yml").read_text())


@pytest.mark.parametrize("name", sorted(RANGES))
def test_every_dependency_has_a_range_is_pinned_within_it_and_has_the_same_in_conda(name):
    operators = {specifier.operator for specifier in RANGES[name].specifier}
    assert ">=" in operators, f"{name} has no lower bound"
    assert not operators & {"==", "==="}, f"{name} is pinned"
    assert RANGES[name].url is None
    assert name in PINS, f"{name} is missing from requirements.txt"
    assert RANGES[name].specifier.contains(PINS[name]), f"{name}=={PINS[name]} is out of its range"
    assert CONDA.get(canonicalize_name(CONDA_NAMES.get(name, name))) == RANGES[name].specifier


def test_the_tools_of_those_who_write_are_pinned_and_pin_nothing_else_anew():
    pins = read_pins((ROOT / "requirements-develop.txt").read_text())
    for line in PROJECT["optional-dependencies"]["develop"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), line
    assert not set(pins) & set(PINS)


def test_what_the_site_needs_is_pinned_and_no_other_version_of_what_is_pinned_already():
    pins = read_pins((ROOT / "requirements-site.txt").read_text())
    for line in PROJECT["optional-dependencies"]["site"]:
        requirement = Requirement(line)
        assert requirement.specifier.contains(pins[canonicalize_name(requirement.name)]), line
    assert not set(pins) & set(PINS)
    develop = read_pins((ROOT / "requirements-develop.txt").read_text())
    both = set(pins) & set(develop)
    assert {name: pins[name] for name in both} == {name: develop[name] for name in both}


def test_the_oldest_versions_are_the_lower_bounds_but_for_torch_which_was_measured():
    oldest = read_pins((ROOT / "constraints-oldest.txt").read_text())
    assert oldest.pop("torch") == PINS["torch"] == "2.13.0"
    assert set(oldest) == set(RANGES) - {"torch"}
    for name, version in oldest.items():
        (bound,) = (s.version for s in RANGES[name].specifier if s.operator == ">=")
        assert Version(version) == Version(bound), name


def test_the_conda_environment_names_nothing_else_and_comes_from_conda_forge_alone():
    names = {canonicalize_name(CONDA_NAMES.get(name, name)) for name in RANGES}
    assert set(CONDA) == names | {"python", "pip"}
    assert str(CONDA["python"]) == PROJECT["requires-python"]
    environment = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert environment["channels"] == ["conda-forge", "nodefaults"]
    assert "-e ." in environment["dependencies"][-1]["pip"]


@pytest.mark.parametrize(("line", "message"), [
    ("numpy>=2", "not an exact pin"),
    ("numpy==2.*", "not an exact pin"),
    ("torch==2.13.0+cpu", "a local build"),
    ("--index-url=elsewhere", "Expected"),
    ("-e .", "Expected"),
])  # fmt: skip
def test_read_pins_refuses(line, message):
    with pytest.raises((AssertionError, ValueError), match=message):
        read_pins(line)


def imported_modules(path):
    """Top-level names of the modules that a Python file imports."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(("folders", "declared"), [
    (["rnn_helpers"], PROJECT["dependencies"]),
    (["tests", "tools", "benchmarks", "studies"], [*PROJECT["dependencies"], *EXTRA]),
], ids=["package", "tests and tools"])  # fmt: skip
def test_what_is_imported_is_declared(folders, declared):
    names = [canonicalize_name(Requirement(line).name) for line in declared]
    known = {MODULES_OF.get(name, name.replace("-", "_")) for name in names}
    known |= set(sys.stdlib_module_names) | {
        "rnn_helpers",
        "tests",
        "tools",
        "benchmarks",
        "studies",
    }
    for folder in folders:
        for path in (ROOT / folder).rglob("*.py"):
            unknown = set(imported_modules(path)) - known
            assert not unknown, f"{path.relative_to(ROOT)} imports {unknown}: add to pyproject.toml"


def test_importing_the_package_imports_nothing_else():
    count = "sorted({m.partition('.')[0] for m in set(sys.modules) - before})"
    script = f"import sys; before = set(sys.modules); import rnn_helpers; print({count})"
    output = subprocess.check_output([sys.executable, "-c", script], text=True, cwd=ROOT)
    assert output.strip() == "['rnn_helpers']"
    assert re.fullmatch(r"\d+\.\d+\.\d+", rnn_helpers.__version__)


OURS = re.compile(
    r"/(home/[a-z]|root/|Users/[A-Za-z]|work/(main|shared)|opt/(pypi|wheels))|file:/{3}[a-z]"
    r"|(pypi|pytorch)\.org\b(?!/get-started)|index-url https?:"
)


def test_no_tracked_file_names_a_path_of_one_machine_or_a_registry():
    command = ["git", "ls-files", "-z"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if listing.returncode:
        pytest.skip("not a git checkout, so there is no list of tracked files")
    for name in filter(None, listing.stdout.split("\0")):
        path = ROOT / name
        if path.is_file():
            found = OURS.search(path.read_text(encoding="utf-8", errors="replace"))
            assert not found, f"{name} names {found[0]!r}"


@pytest.mark.parametrize("parts", [
    ("", "home", "someone"), ("", "root", ".cache"), ("", "work", "main"), ("", "opt", "wheels"),
    ("https:", "", "pypi" + ".org", "simple"),
])  # fmt: skip
def test_such_names_are_found(parts):
    assert OURS.search("see " + "/".join(parts))
