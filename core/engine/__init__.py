"""The engine: what a flow means. Pure: no database, no network, no clock of its own."""
