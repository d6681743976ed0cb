"""Reactions: what follows from an event, as commands. They decide nothing that a handler or a flow's rule decides."""
