"""How each kind of file is opened; only the child process imports these."""
