"""Rule actions: each turns its parameters into commands, and only that. One file each, found by being there."""
