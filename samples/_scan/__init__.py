"""Documents that are pictures only."""
