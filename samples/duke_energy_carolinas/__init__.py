"""Bills after the layouts of Duke Energy Carolinas."""
