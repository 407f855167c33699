"""The live figures, one module per lecture."""
