"""Samples of Consumers Energy."""
