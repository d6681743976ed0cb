"""The audit: who did or saw what, through which door; and whether the record is whole."""

from typing import Annotated, Final

from fastapi import Query

from admin_api.desk import AtDesk
from admin_api.need import may
from admin_api.paging import USUAL, Cursor, Limit, before_id, id_before
from admin_api.route import section
from admin_api.schemas.asked import MomentIn, Words
from admin_api.schemas.audit import AuditPage, AuditVerdict, audited_of, verdict_of
from admin_api.schemas.ids import IdIn
from core.ledger import chain
from core.ledger.tables import audit

AUDIT = section("audit")
_READ: Final = "audit.read"

Named = Annotated[Words | None, Query(max_length=60)]


@AUDIT.operation("GET", "/audit", may(_READ, noted=True))
def list_audit(
    desk: AtDesk,
    cursor: Cursor = None,
    limit: Limit = USUAL,
    command: Named = None,
    subject: Named = None,
    actor_id: Annotated[IdIn | None, Query()] = None,
    case_id: Annotated[IdIn | None, Query()] = None,
    since: Annotated[MomentIn | None, Query()] = None,
    until: Annotated[MomentIn | None, Query()] = None,
) -> AuditPage:
    """Who did or saw what, newest first; all filters hold at once.

    On PostgreSQL rows that are being written at this moment may come to stand below a page that was read already.
    """
    equal = {"command": command, "subject": subject, "actor_id": actor_id, "case_id": case_id}
    where = [audit.c[name] == value for name, value in equal.items() if value is not None]
    before = id_before(cursor)
    where += [] if before is None else [audit.c.id < before]
    where += [] if since is None else [audit.c.at >= since]
    where += [] if until is None else [audit.c.at < until]
    with desk.look() as reader:
        rows = reader.find(audit, *where, order=audit.c.id.desc(), limit=limit + 1)
    more = rows[limit - 1]["id"] if len(rows) > limit else None
    return AuditPage(entries=[audited_of(row) for row in rows[:limit]], next=before_id(more))


@AUDIT.operation("GET", "/audit/verify", may(_READ, noted=True))
def verify_audit(desk: AtDesk) -> AuditVerdict:
    """Compare every sealed row with its seal and with the anchors; a long record takes its time."""
    anchors = desk.parts.anchors()  # before the rows: of a chain that grows none then looks cut off
    with desk.look() as reader:
        keys = chain.keys_of(reader, reader.sealing.vault)
        return verdict_of(chain.verify(reader, keys, anchors))
