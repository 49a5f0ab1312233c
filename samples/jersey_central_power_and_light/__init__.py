"""Samples of JCP&L."""
