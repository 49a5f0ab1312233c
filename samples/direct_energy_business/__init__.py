"""Samples of Direct Energy Business."""
