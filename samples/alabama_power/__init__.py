"""Bills after the layout of Alabama Power."""
