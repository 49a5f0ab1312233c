"""Bills after the layout of United Illuminating."""
