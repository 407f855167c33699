"""One room for each lecture: its numbers, plots, demos and exercises."""
