"""The lecture “GRU”."""
