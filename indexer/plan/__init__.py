"""The frozen plan of an index: its choices, its files, its ranges and shares, and what is done of them."""
