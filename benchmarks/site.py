"""The built site in a browser: bytes and seconds until the first demo moves, then key → new pixels.

`make site` comes first. A plain file server that compresses nothing, one page after the other with
an empty cache; the home page with its flagship, and every lecture at its first demo.
"""

import contextlib
import functools
import http.server
import statistics
import threading
from pathlib import Path

from benchmarks import Row
from tools.lab import INSTALL_CHROMIUM, find_chromium

SITE = Path(__file__).parents[1] / "site"
PRESSES = 100
SIZES = {"wide": (1400, 900), "narrow": (390, 844)}

READY = "box => box.demo?.reel !== undefined"
# From a key to the end of the frame that shows the changed picture.
PRESS = """async (box, count) => {
  const slider = box.querySelector("input[type=range]");
  const seen = [];
  slider.focus();
  for (let number = 0; number < count; number++) {
    const step = number % 2 ? -1 : 1;
    const start = performance.now();
    slider.value = Number(slider.value) + step;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    await new Promise(requestAnimationFrame);
    await new Promise(done => {
      const channel = new MessageChannel();
      channel.port1.onmessage = done;
      channel.port2.postMessage(null);
    });
    seen.push(performance.now() - start);
    await new Promise(done => setTimeout(done, 30 + 7 * (number % 5)));
  }
  return seen;
}"""


class _Handler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format, *args):
        pass


@contextlib.contextmanager
def _serve():
    handler = functools.partial(_Handler, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def run():
    """Measure, and return the rows of the table."""
    from playwright.sync_api import sync_playwright

    if find_chromium() is None:
        raise RuntimeError(INSTALL_CHROMIUM)
    if not (SITE / "index.html").exists():
        raise RuntimeError("there is no site to measure: run make site first")
    size = sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file())
    rows = [Row("the whole site", size / 1e6, "MB", "≤ 60")]
    pages = ["index.html"]
    pages += sorted(f"notebooks/{p.name}" for p in (SITE / "notebooks").glob("[0-9]*.html"))
    with _serve() as address, sync_playwright() as playwright:
        options = ["--no-sandbox", "--disable-gpu"]
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=options)
        for layout, (width, height) in SIZES.items():
            pressed = []
            for page in pages if layout == "wide" else pages[:1]:
                found, times = _open(browser, f"{address}/{page}", width, height)
                pressed += times
                rows += [
                    Row(f"{page}, {layout}: loaded until its first demo moves", found[0], "kB",
                        "≤ 1000"),
                    Row(f"{page}, {layout}: from the address to there", found[1], "s", "≤ 2"),
                ]  # fmt: skip
            pressed.sort()
            name = f"a move → new pixels, {layout}"
            rows.append(Row(f"{name}: median", statistics.median(pressed), "ms"))
            slowest = pressed[int(0.95 * len(pressed))]
            rows.append(Row(f"{name}: 95 of 100", slowest, "ms", "≤ 16"))
        browser.close()
    return rows


def _open(browser, address, width, height):
    """(kB, seconds) until the first demo of a page is ready to move, and the times of its moves."""
    context = browser.new_context(viewport={"width": width, "height": height})
    page, loaded = context.new_page(), []
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: loaded.append(event["encodedDataLength"]))
    page.goto(address, wait_until="domcontentloaded")
    box = page.locator(".rnn-demo").first
    box.scroll_into_view_if_needed()
    page.wait_for_function(READY, arg=box.element_handle())
    seconds = page.evaluate("performance.now() / 1000")
    kilobytes = sum(loaded) / 1000
    page.wait_for_timeout(500)
    times = box.evaluate(PRESS, PRESSES)
    context.close()
    return (kilobytes, seconds), times
