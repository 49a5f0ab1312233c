"""Samples of Southern Connecticut Gas."""
