"""Bills after the layout of Silicon Valley Power."""
