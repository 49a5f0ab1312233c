"""Layouts that several companies of one group print: drawn once for all of them."""
