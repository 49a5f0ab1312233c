"""Samples of Dominion Energy Virginia."""
