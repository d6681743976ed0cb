"""Contracts: what was sold, for how much, and whether work may begin."""
