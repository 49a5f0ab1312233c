"""Bills after the layout of Rocky Mountain Power."""
