"""The core: what Banli knows about cases, whoever talks to it. It imports no channel and no web framework."""
