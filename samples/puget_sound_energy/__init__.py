"""Samples of Puget Sound Energy."""
