"""Stories: transcripts of a case, written as data, that must come out so on every channel."""
