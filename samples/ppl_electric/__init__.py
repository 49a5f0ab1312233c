"""Bills after the layout of PPL Electric Utilities."""
