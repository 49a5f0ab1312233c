"""Samples of ComEd."""
