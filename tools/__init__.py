"""What runs the notebooks, and what looks at them, for tests and benchmarks."""
