"""How the tests bring all tables into an empty database: the product's own migrations, up to the newest."""

from core.kit import migrate


def install(url: str) -> None:
    """Run the migrations; no connection may be left open afterwards, as the database becomes a template."""
    migrate.upgrade(url)
