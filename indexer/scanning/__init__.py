"""One range in, one partial out."""
