"""The lecture “Attention”."""
