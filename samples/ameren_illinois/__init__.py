"""Samples of Ameren Illinois."""
