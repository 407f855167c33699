"""The flagship demo, recorded ahead and asked for, against the same picture through `interact`.

One JupyterLab, one Chromium, one run; the pictures take turns, so that whatever else the machine
does hits all. At the end the recorded one again, while a cell trains.
"""

import statistics
import tempfile
import time
from pathlib import Path

from nbformat.v4 import new_code_cell, new_notebook, writes

from benchmarks import Row
from tools.lab import open_lab

ROUNDS = 3
PRESSES = 60  # in all rounds together
DRAG_SECONDS = 3.0
STEADY = 33  # slider values a second, as a hand makes them that looks at each
HURRIED = 60  # as often as an ordinary mouse is read
PACES = (STEADY, HURRIED)

DEMO = """from rnn_helpers.lectures.vanishing_and_exploding_gradients import demos
demos.gradient_decay_demo()"""

# Nothing recorded ahead: each value makes the way to the kernel and back.
ASKED = f"""{DEMO.splitlines()[0]}
picture = {DEMO.splitlines()[1]}
picture._ahead.follow = lambda *_: None
picture"""

# What a reader waits for in lectures 04 to 09, made to last longer than the measuring does.
TRAIN = """import time
import torch
torch.set_num_threads(1)  # as `fit` has it
from rnn_helpers.models.language_model import LanguageModel
model, end = LanguageModel(30, 64, embedding_size=16), time.monotonic() + 600
optimizer, tokens = torch.optim.Adam(model.parameters()), torch.randint(30, (32, 33))
while time.monotonic() < end:
    optimizer.zero_grad()
    logits = model(tokens[:, :-1])[0]
    torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens[:, 1:].flatten()).backward()
    optimizer.step()"""

# What everyone writes: a new figure for every value. The numbers, the drawing and the slider are
# the demo's own.
INTERACT = """import matplotlib.pyplot as plt
from ipywidgets import interact
from rnn_helpers.display.controls import slider
from rnn_helpers.lectures.vanishing_and_exploding_gradients import plots
from rnn_helpers.recurrences.carried import compute_carried

def show(spectral_radius):
    figure, axes = plt.subplots(2, figsize=(8, 6.2))
    plots.draw_carried(compute_carried(spectral_radius=spectral_radius, length=50), axes)
    plt.show()

control = slider("spectral radius ρ", 0.1, 2.5, 0.02, 0.9).make("spectral_radius")
interact(show, spectral_radius=control);"""

# The least that any picture costs: the same slider, a dot of one colour, nothing computed.
FLOOR = """import io, ipywidgets
from PIL import Image
from rnn_helpers.display.controls import slider

def follow(change):
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (round(100 * change["new"]), 0, 0)).save(buffer, "png")
    dot.value = buffer.getvalue()

control = slider("spectral radius ρ", 0.1, 2.5, 0.02, 0.9).make("spectral_radius")
dot = ipywidgets.Image(format="png")
control.observe(follow, names="value")
follow({"new": 0.9})
ipywidgets.VBox([control, dot])"""

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}

# A picture counts as painted when the browser has drawn a frame after the picture was decoded. Two
# that arrive between two frames count as one. Nothing is polled: that would keep the browser busy.
WATCH = """output => {
  const seen = { produced: 0, pressed: [], decoded: [], painted: [] };
  const handle = output.querySelector('[role=slider]');
  const readout = output.querySelector('.widget-readout');
  let last = readout.textContent; // letting the handle go writes it once more
  new MutationObserver(() => {
    if (readout.textContent !== last) seen.produced++;
    last = readout.textContent;
  }).observe(readout, { childList: true, characterData: true, subtree: true });
  handle.addEventListener('keydown', event => seen.pressed.push(event.timeStamp), true);
  const afterFrame = new MessageChannel();
  afterFrame.port1.onmessage = () => seen.painted.push(performance.now());
  let asked = false;
  const loaded = () => {
    seen.decoded.push(performance.now());
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => { asked = false; afterFrame.port2.postMessage(null); });
  };
  const stage = output.querySelector('.rnn-stage svg');
  if (stage) {
    const whatever = { attributes: true, characterData: true, childList: true, subtree: true };
    new MutationObserver(loaded).observe(stage.lastElementChild, whatever);
    output.seen = seen;
    return;
  }
  const follow = picture =>
    picture.complete ? loaded() : picture.addEventListener('load', loaded, { once: true });
  new MutationObserver(changes => {
    for (const { type, target, addedNodes } of changes) {
      if (type === 'attributes') follow(target);
      for (const node of addedNodes)
        if (node.querySelectorAll)
          (node.matches('img') ? [node] : node.querySelectorAll('img')).forEach(follow);
    }
  }).observe(output, { subtree: true, childList: true, attributeFilter: ['src'] });
  output.seen = seen;
}"""
TAKE = """output => {
  const taken = structuredClone(output.seen);
  Object.assign(output.seen, { produced: 0, pressed: [], decoded: [], painted: [] });
  return taken;
}"""


class Picture:
    """One of the pictures, and what was seen of it."""

    def __init__(self, lab, index):
        self.page = lab.page
        self.output = lab.page.locator(".jp-CodeCell").nth(index).locator(".jp-OutputArea").first
        self.handle = self.output.locator("[role=slider]").first
        self.output.locator("img, .rnn-stage svg").first.wait_for()
        self.output.evaluate(WATCH)
        self.drags = {pace: {"produced": 0, "painted": 0, "seconds": 0.0} for pace in PACES}
        self.decoded, self.painted = [], []  # after a key press, in ms

    def measure(self):
        """Drag at every pace, then press keys."""
        for pace in PACES:
            self.drag(pace)
        self.press()

    def drag(self, pace):
        """Pull the handle along its track, there and back, `pace` values a second, and count."""
        self._rest("Home")
        track = self.output.locator(".noUi-base").first.bounding_box()
        handle = self.handle.bounding_box()
        x, y = (handle[a] + handle[size] / 2 for a, size in (("x", "width"), ("y", "height")))
        # one value further at each move, or one pixel where a pixel is more than one value
        low, high, step = 0.1, 2.5, 0.02
        stride = max(1.0, track["width"] * step / (high - low))
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.output.evaluate(TAKE)
        start, moves, elapsed = time.perf_counter(), 0, 0.0
        while elapsed < DRAG_SECONDS:
            moves += 1
            time.sleep(max(0.0, start + moves / pace - time.perf_counter()))
            there_and_back = moves * stride % (2 * track["width"])
            self.page.mouse.move(x + min(there_and_back, 2 * track["width"] - there_and_back), y)
            elapsed = time.perf_counter() - start
        self.page.mouse.up()
        time.sleep(0.7)  # what is under way still arrives
        seen, counts = self.output.evaluate(TAKE), self.drags[pace]
        counts["produced"] += seen["produced"]
        counts["painted"] += len(seen["painted"])
        counts["seconds"] += elapsed

    def press(self):
        """Press an arrow key again and again, each time after the picture has come to rest."""
        self._rest("Home")
        for number in range(PRESSES // ROUNDS):
            self.output.evaluate(TAKE)
            self.page.keyboard.press("ArrowLeft" if number % 2 else "ArrowRight")
            deadline = time.perf_counter() + 5
            while not (seen := self.output.evaluate("output => output.seen"))["painted"]:
                if time.perf_counter() > deadline:
                    raise RuntimeError("no new picture within 5 s of a key press")
                time.sleep(0.05)
            self.decoded.append(seen["decoded"][0] - seen["pressed"][0])
            self.painted.append(seen["painted"][0] - seen["pressed"][0])
            time.sleep(0.15)

    def _rest(self, key):
        self.handle.scroll_into_view_if_needed()
        self.handle.focus()
        self.page.keyboard.press(key)
        time.sleep(0.7)


def run():
    """Measure, and return the rows of the table."""
    with tempfile.TemporaryDirectory() as folder:
        sources = (DEMO, ASKED, INTERACT, FLOOR, TRAIN)
        cells = [new_code_cell(source) for source in sources]
        notebook = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
        Path(folder, "drag.ipynb").write_text(writes(notebook), encoding="utf-8")
        with open_lab(folder, height=1800) as lab:
            lab.open("drag.ipynb")
            for index in range(4):
                lab.run_cell(index)
            if failures := lab.read_failures():
                raise RuntimeError("\n".join(failures))
            pictures = [Picture(lab, index) for index in range(4)]
            time.sleep(5)  # in which the first is recorded
            for _ in range(ROUNDS):
                for picture in pictures:
                    picture.measure()
            busy = Picture(lab, 0)
            lab.start_cell(4)
            time.sleep(5)
            for _ in range(ROUNDS):
                busy.measure()
            lab.execute("notebook:interrupt-kernel")
    return list(_tabulate([*pictures, busy]))


def _tabulate(pictures):
    ours, asked, theirs, floor, busy = pictures
    for name, picture, share_target, delay_target, tail_target in (
        ("demo", ours, "≥ 99", "≤ 17", "≤ 34"),
        ("demo while a cell trains", busy, "≥ 99", "≤ 17", "≤ 34"),
        ("demo, asked for", asked, "", "", ""),
        ("a dot", floor, "", "", ""),
        ("interact", theirs, "", "", ""),
    ):
        for pace, target in ((STEADY, share_target), (HURRIED, "")):
            counts = picture.drags[pace]
            produced, painted, seconds = (counts[k] for k in ("produced", "painted", "seconds"))
            drag = f"{name}, dragged at {pace} moves/s"
            yield Row(f"{drag}: slider values", produced / seconds, "per s")
            yield Row(f"{drag}: frames painted", painted / seconds, "per s")
            yield Row(f"{drag}: values painted", 100 * painted / produced, "%", target)
        press = f"{name}, key press →"
        painted = sorted(picture.painted)
        decoded = statistics.median(picture.decoded)
        yield Row(f"{press} picture changed: median", decoded, "ms")
        yield Row(f"{press} new pixels: median", statistics.median(painted), "ms", delay_target)
        yield Row(
            f"{press} new pixels: 95 of 100", painted[int(0.95 * len(painted))], "ms", tail_target
        )
    medians = [statistics.median(picture.painted) for picture in (asked, floor)]
    yield Row(
        "key press → new pixels, asked for : a dot", medians[0] / medians[1], "times", "≤ 1.1"
    )
    rates = [p.drags[STEADY]["painted"] / p.drags[STEADY]["seconds"] for p in (ours, theirs)]
    yield Row(f"frames at {STEADY} moves/s, demo : interact", rates[0] / rates[1], "times", "≥ 4")
