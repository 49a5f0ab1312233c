"""Bills after the layout of San Diego Gas & Electric."""
