"""The equations: each cell, its backward pass, the layers on top, and how gradients travel."""
