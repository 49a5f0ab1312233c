"""Samples of NYSEG."""
