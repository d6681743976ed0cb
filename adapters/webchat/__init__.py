"""Web chat: our own page as a channel, for visitors of a website and for trying Banli without any messenger."""
