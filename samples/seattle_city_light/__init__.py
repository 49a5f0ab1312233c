"""Samples of Seattle City Light."""
