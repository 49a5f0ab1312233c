"""Samples of Summer Energy."""
