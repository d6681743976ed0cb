"""The bus: the one path on which everything is done."""
