"""Samples of Arizona Public Service."""
