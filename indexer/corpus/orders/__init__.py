"""One file per rule that names the steps of a sequence."""
