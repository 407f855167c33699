"""The data of the series: yearly sunspot numbers, and texts."""

from rnn_helpers.data.series import (
    LAST_TRAIN_YEAR,
    SUNSPOTS,
    compute_rmse,
    load_sunspots,
    split_years,
)
from rnn_helpers.data.texts import (
    HELD_OUT_TEXT,
    KOREAN,
    load_korean,
    load_manual,
    read_text,
    split_text,
)

__all__ = [
    "HELD_OUT_TEXT", "KOREAN", "LAST_TRAIN_YEAR", "SUNSPOTS", "compute_rmse", "load_korean",
    "load_manual", "load_sunspots", "read_text", "split_text", "split_years",
]  # fmt: skip
