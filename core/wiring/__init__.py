"""The hall: where rooms are put together. Which room handles a command, what follows from an event, who knows a fact."""
