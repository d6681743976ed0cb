"""Every table of the core, imported in one place: the migrations' check and the store need the whole MetaData."""

import core.cases.approval_tables
import core.cases.content_tables
import core.cases.tables
import core.catalog.tables
import core.clients.tables
import core.contracts.tables
import core.conversations.tables
import core.files.tables
import core.kit.floor
import core.ledger.tables
import core.staff.tables
import core.surveys.tables
import core.tasks.tables
from core.kit.db import metadata

__all__ = ["core", "metadata"]
