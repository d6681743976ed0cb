"""Rule actions: each turns its parameters into commands, and does only that. One file per action, found by being there."""
