"""Redis between the processes of a house: rings and shared buckets. Never the truth: it may vanish at any moment."""
