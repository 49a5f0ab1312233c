"""What the companies of one group print alike: bases of their parsers."""
