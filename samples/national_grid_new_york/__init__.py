"""Bills after the layout of National Grid in upstate New York."""
