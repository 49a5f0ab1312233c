"""Samples of Green Mountain Energy."""
