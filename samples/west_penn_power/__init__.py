"""Samples of West Penn Power."""
