"""Samples of Hawaiian Electric."""
