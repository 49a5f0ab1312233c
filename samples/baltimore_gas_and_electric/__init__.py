"""Samples of BGE."""
