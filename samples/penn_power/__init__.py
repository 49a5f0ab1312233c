"""Samples of Penn Power."""
