"""Bills after the layout of National Grid in Massachusetts."""
