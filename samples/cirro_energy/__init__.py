"""Samples of Cirro Energy."""
