"""What all tests share: each test that takes `lecture` runs once per lecture."""

import hypothesis

from tests.notebooks import PATHS

# A busy machine is no failure: how long an example took is never what a test asserts.
hypothesis.settings.register_profile("lectures", deadline=None)
hypothesis.settings.load_profile("lectures")


def pytest_generate_tests(metafunc):
    if "lecture" in metafunc.fixturenames:
        metafunc.parametrize("lecture", PATHS, ids=lambda path: path.stem)
