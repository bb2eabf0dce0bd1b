"""One rule for each paradigm: families of rules by phenomenon, and the table that assigns them."""
