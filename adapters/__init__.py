"""Adapters: one folder per channel, and plumbing to the outside. They know the core and not each other."""
