"""The port between Banli and any messenger: what arrives, what is sent, what a channel can do. Pure."""
