"""The command line: one file a group of commands, each command one library call."""
