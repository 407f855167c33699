"""The static site: the stored lectures as pages, without a kernel. See `__main__`."""
