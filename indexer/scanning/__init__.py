"""One shard range in, one partial out."""
