"""Bills after the layout of CPS Energy."""
