"""What several test modules share: which lectures there are."""

from pathlib import Path

import hypothesis

ROOT = Path(__file__).resolve().parents[1]
LECTURES = sorted((ROOT / "notebooks").glob("[0-9][0-9]_*.ipynb"))

# The lectures that must be there, so that no test of the lectures can pass for want of one.
EXPECTED = ("01_sequence_models", "05_vanishing_and_exploding_gradients")

# A busy machine is no failure: how long an example took is never what a test asserts.
hypothesis.settings.register_profile("lectures", deadline=None)
hypothesis.settings.load_profile("lectures")


def pytest_generate_tests(metafunc):
    """Run a test that takes `lecture` once for the path of each lecture."""
    if "lecture" in metafunc.fixturenames:
        metafunc.parametrize("lecture", LECTURES, ids=lambda path: path.stem)
