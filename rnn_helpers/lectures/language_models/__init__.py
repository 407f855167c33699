"""The lecture “Language models”."""
