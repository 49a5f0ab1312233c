"""Samples of RG&E."""
