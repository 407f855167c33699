"""The lecture “Recurrent networks”."""
