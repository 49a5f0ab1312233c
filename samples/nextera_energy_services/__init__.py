"""Samples of NextEra Energy Services."""
