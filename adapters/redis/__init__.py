"""Redis between the processes of a house: rings, buckets, platforms' tokens. Never the truth: it may vanish at once."""
