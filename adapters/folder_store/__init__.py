"""A folder as the file store: every file encrypted in chunks under a key of its own."""
