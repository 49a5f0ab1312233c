"""Samples of Agera Energy."""
