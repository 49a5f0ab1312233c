"""Bills after the layout of Eversource."""
