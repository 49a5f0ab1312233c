"""Samples of AEP Ohio."""
