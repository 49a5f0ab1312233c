"""Samples of Ohio Edison."""
