"""Samples of PECO."""
