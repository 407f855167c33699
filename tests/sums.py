"""What a reader works out with the numbers written in a drawn cell."""

import numpy as np


def check_sums(written):
    """Work out with the numbers written in a drawing what others of them are."""
    w, worked = written, {}
    if "entered" in w:
        worked["n" if "n" in w else "h"] = np.tanh(w["entered"] + w.get("reset", w["past"]))
    if "r" in w:
        worked["reset"] = w["r"] * w["past"]
    if "shown" in w:
        worked["shown"], worked["h"] = np.tanh(w["c"]), w["o"] * w["shown"]
    elif "c" in w:
        worked["h"] = w["o"] * np.tanh(w["c"])
    if "kept" in w:
        keep, before = ("f", "c_before") if "f" in w else ("z", "h_before")
        worked["kept"] = w[keep] * w[before]
        worked["taken"] = w["i" if "i" in w else "open"] * w["n"]
        worked["c" if "c" in w else "h"] = w["kept"] + w["taken"]
    if "z" in w:
        worked["open"] = 1 - w["z"]
    for name, value in worked.items():
        assert abs(round(value, 2) - w[name]) < 1e-9, (name, value, w)
