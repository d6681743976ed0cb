"""Clients: one file each, and the accounts on which they are met."""
