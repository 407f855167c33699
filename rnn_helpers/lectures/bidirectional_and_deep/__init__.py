"""The lecture “Bidirectional and deep networks”."""
