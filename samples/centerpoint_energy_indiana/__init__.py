"""Bills after the printed labels of CenterPoint Energy in Indiana."""
