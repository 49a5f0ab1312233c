"""Bills after the layout of Mississippi Power."""
