"""What an operator sees of a running process: health pages, metrics, traces, and the ids of requests."""
