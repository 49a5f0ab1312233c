"""Bills after the layout of Portland General Electric."""
