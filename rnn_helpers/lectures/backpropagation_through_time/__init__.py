"""The lecture “Backpropagation through time”."""
