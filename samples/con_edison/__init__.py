"""Bills after the layouts of Con Edison: the present one, and the one until about 2020."""
