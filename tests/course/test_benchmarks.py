"""What the benchmarks run in a notebook still fits the package; no timing is asserted."""

import matplotlib.pyplot as plt

from benchmarks.drag import INTERACT


def test_the_same_picture_through_interact_is_still_drawn(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    names = {}
    exec(INTERACT.partition("control = ")[0], names)
    names["show"](1.6)
    upper, lower = plt.gcf().axes
    assert upper.get_title(loc="left") == "A nudge goes forward, a gradient comes back"
    assert lower.lines or lower.collections
    plt.close()
