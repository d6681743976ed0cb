"""ClamAV as the scanner of files, over the socket of its daemon."""
