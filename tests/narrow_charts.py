"""What is asked of a chart for phones beside the chart that it is drawn like."""

import numpy as np


def check_narrow(narrow, figure):
    """The same lines, and nothing outside of its page."""
    narrow.draw_without_rendering()
    for ours, theirs in zip(narrow.axes, figure.axes, strict=True):
        for line, other in zip(ours.get_lines(), theirs.get_lines(), strict=True):
            np.testing.assert_array_equal(line.get_xydata(), other.get_xydata())
            assert line.get_label() == other.get_label()
        box = ours.get_tightbbox()
        assert box.x0 >= 0
        assert box.x1 <= narrow.bbox.x1
