"""What can be told of a corpus before it is scanned."""
