"""Bills after the layout of the Los Angeles Department of Water and Power."""
