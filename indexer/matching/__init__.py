"""Where do the phrases stand in a block of sequences? Patterns, automata, matchers."""
