"""Documents that no parser may claim."""
