"""What the course promises in milliseconds, measured: `python -m benchmarks`."""

import dataclasses
import operator

_COMPARE = {"≤": operator.le, "≥": operator.ge}


@dataclasses.dataclass
class Row:
    """One measured figure and what it should be.

    Attributes
    ----------
    what : str
    value : float
    unit : str
    target : str
        Such as "≤ 30", in the same unit; "" where nothing is promised.
    """

    what: str
    value: float
    unit: str
    target: str = ""

    @property
    def met(self):
        """True or False; None without a target."""
        if not self.target:
            return None
        sign, number = self.target.split()
        return bool(_COMPARE[sign](self.value, float(number)))
