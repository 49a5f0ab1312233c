"""Bills after the printed labels of Nicor Gas."""
