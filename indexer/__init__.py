"""What a language model had seen, when, and how often."""

__version__ = "0.1.0"
