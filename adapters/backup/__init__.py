"""Backups: one folder with the database, the files that it names, and a manifest that tells whether it is whole."""
