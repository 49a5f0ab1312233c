"""Bills after the layout of Central Maine Power."""
