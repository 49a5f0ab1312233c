"""Bills after the layout of Southern California Edison."""
