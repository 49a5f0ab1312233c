"""Samples of Toledo Edison."""
