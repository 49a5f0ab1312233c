"""Samples of Delmarva Power."""
