"""The catalogue: published flow versions, which never change."""
