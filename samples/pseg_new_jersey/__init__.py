"""Bills after the layout of PSE&G (New Jersey)."""
