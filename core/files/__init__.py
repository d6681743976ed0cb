"""The files room: what arrives as a file, what it is, whether it will do, and where it is kept."""
