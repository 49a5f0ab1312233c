"""Samples of The Illuminating Company."""
