"""Samples of Connecticut Natural Gas."""
