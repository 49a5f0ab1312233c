"""Samples of Atlantic City Electric."""
