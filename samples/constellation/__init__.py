"""Samples of Constellation."""
