"""What the API reads and writes: one module per thing, every model closed to keys that it does not name."""
