"""The lecture “Vanishing and exploding gradients”."""
