"""The site without moving demos, built once for all tests of it, and the browser that shows it."""

import importlib.util
import os

import pytest

from tools.lab import find_chromium

MISSING = "the packages of the site are missing: run `make site` once"


@pytest.fixture(scope="session")
def site(tmp_path_factory):
    """The folder of the built site; Sphinx's warnings are errors."""
    from tools.site.__main__ import KATEX, build

    if not (importlib.util.find_spec("myst_nb") and KATEX.exists()) and not os.environ.get("CI"):
        pytest.skip(MISSING)
    folder = tmp_path_factory.mktemp("site")
    build(folder / "site", folder / "sources", record=False)
    return folder / "site"


@pytest.fixture(scope="module")  # while its event loop runs, no other module can start one
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=arguments)
        yield browser
        browser.close()
