"""Bills after the printed labels of Peoples Gas."""
