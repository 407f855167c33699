"""What several test modules share: which lectures there are."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LECTURES = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))

# The lectures that must be there, so that no test of the lectures can pass for want of one.
EXPECTED = ("01_sequence_models", "05_vanishing_and_exploding_gradients")


def pytest_generate_tests(metafunc):
    """Run a test that takes `lecture` once for the path of each lecture."""
    if "lecture" in metafunc.fixturenames:
        metafunc.parametrize("lecture", LECTURES, ids=lambda path: path.stem)
