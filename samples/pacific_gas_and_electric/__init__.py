"""Bills after the layout of Pacific Gas and Electric."""
