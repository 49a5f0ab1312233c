"""Bills after the layout of Pacific Power."""
