"""The hall: where rooms are put together: who handles a command, what follows from an event, who knows a fact."""
