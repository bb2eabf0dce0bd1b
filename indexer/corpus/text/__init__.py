"""From documents of text to sequences of ids, and to token shards."""
