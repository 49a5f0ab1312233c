"""Bills after the layout of Georgia Power."""
