"""Bills after the layout of Florida Power & Light."""
