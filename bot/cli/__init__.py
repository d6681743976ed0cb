"""The command line: `banli`."""
