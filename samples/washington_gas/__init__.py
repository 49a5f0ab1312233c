"""Bills after the printed labels of Washington Gas."""
