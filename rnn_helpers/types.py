"""Names for what annotations cannot say more exactly."""

from typing import Any, TypeAlias

Array: TypeAlias = Any
"""An array of any kind that the Array API knows: NumPy's, or a tensor of torch. Shapes stand in
the docstrings."""
