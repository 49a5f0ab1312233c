"""Samples of Hudson Energy."""
