"""Bills after the printed labels of Citizens Energy Group."""
