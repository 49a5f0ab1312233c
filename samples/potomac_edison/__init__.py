"""Samples of Potomac Edison."""
