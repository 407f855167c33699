"""The lecture “Sequence models”."""
