"""What a reader sees: figures, live pictures, the answers of checks."""
