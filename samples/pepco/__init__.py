"""Samples of Pepco."""
