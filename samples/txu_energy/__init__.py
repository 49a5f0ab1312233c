"""Samples of TXU Energy."""
