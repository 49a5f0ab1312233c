"""Bills after the printed labels of Philadelphia Gas Works."""
