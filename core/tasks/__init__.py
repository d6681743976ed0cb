"""Tasks: what a person must do for a case, and by when."""
