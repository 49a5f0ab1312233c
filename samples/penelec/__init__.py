"""Samples of Penelec."""
