"""Programs for those who write the lectures, test them or measure them."""
