"""The operations, one module per thing."""
