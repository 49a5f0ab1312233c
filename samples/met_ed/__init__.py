"""Samples of Met-Ed."""
