"""Bills after the layout of Duke Energy Indiana."""
