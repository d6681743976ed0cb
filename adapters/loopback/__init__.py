"""Loopback: a channel in memory, for tests, stories and simulation."""
