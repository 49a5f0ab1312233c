"""Bills after the layout of Xcel Energy in Minnesota and Colorado."""
