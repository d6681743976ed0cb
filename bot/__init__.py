"""The bot: what happens between a message that arrives and one that is sent. `app` and `cli` wire and start it."""
