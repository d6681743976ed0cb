"""The bot: what happens between a message that arrived and a message that is sent. `app` and `cli` wire and start it."""
