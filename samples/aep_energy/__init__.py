"""Samples of AEP Energy."""
