"""The store: units of work, committed in groups. Nobody else commits."""
