"""One check per file: what a reviewer is told about a document before deciding."""
