"""How fast the product is, always beside raw SQL that was measured in the same run; `python -m benchmarks`."""
