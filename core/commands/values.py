"""What a field of a case may be set to, as commands carry it."""

FieldValue = str | int | bool | list[str] | list[dict[str, str]] | None
"""Text, a figure, yes or no, several choices, several stays (from, to, place), or nothing."""
