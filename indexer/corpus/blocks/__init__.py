"""From runs of ids to blocks of whole sequences, and what all readers share."""
