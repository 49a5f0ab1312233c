"""Samples of Mon Power."""
