"""Tables of the cases' room."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Index, Integer, String, Table, UniqueConstraint, false, text

from core.kit.db import Instant, Json, derived, key, metadata, plain, sealed

case = Table(
    "client_case",
    metadata,
    key(),
    plain("number", String(40), unique=True),
    plain("client_id", BigInteger, ForeignKey("client.id")),
    plain("contract_id", BigInteger, nullable=True),
    plain("flow", String(60)),
    plain("flow_version_id", BigInteger, ForeignKey("flow_version.id")),
    plain("stage", String(60)),
    plain("substate", String(60), nullable=True),
    plain("state", String(10), default="open"),  # open, closed
    plain("outcome", String(60), nullable=True),
    plain("entered_at", Instant),
    plain("due", Instant, nullable=True),  # None too while the limit stands still, see core.cases.pausing
    plain("paused_at", Instant, nullable=True),  # since when it does
    plain("paused_due", Instant, nullable=True),  # where it was then
    plain("paused_from", String(60), nullable=True),  # the sub-status before
    plain("team", Json),  # role -> staff id
    plain("seated", Json, nullable=True),  # [role, staff id] of who decides in the open approval; None: there is none
    plain("handed_by", BigInteger, nullable=True),  # who of the staff moved it into the present stage
    plain("department_id", BigInteger, nullable=True),
    sealed("fields", "content", "json", nullable=False),
    plain("opened_at", Instant),
    plain("closed_at", Instant, nullable=True),
    plain("version", Integer, default=0),  # number of its last event
)
OPEN = text("state = 'open'")
Index("ix_client_case_client", case.c.client_id)
Index("ix_client_case_stage_open", case.c.flow, case.c.stage, sqlite_where=OPEN, postgresql_where=OPEN)
_DUE = text("state = 'open' AND due IS NOT NULL")
Index("ix_client_case_due_open", case.c.due, sqlite_where=_DUE, postgresql_where=_DUE)

Index("ix_client_case_department_due_open", case.c.department_id, case.c.due, sqlite_where=_DUE, postgresql_where=_DUE)

case_member = Table(  # of open cases, from their teams (migration 0023)
    "case_member",
    derived,
    plain("staff_id", BigInteger, primary_key=True, autoincrement=False),
    plain("case_id", BigInteger, primary_key=True, autoincrement=False),
    plain("due", Instant, nullable=True),
    sqlite_with_rowid=False,
    info={"derived_from": case},
)
_LIMITED = text("due IS NOT NULL")
Index(
    "ix_case_member_late", case_member.c.staff_id, case_member.c.due, sqlite_where=_LIMITED, postgresql_where=_LIMITED
)

case_number = Table(
    "case_number",
    metadata,
    key(),
    plain("prefix", String(20), unique=True),  # e.g. V-2026
    plain("last", Integer, default=0),
)

applicant = Table(
    "applicant",
    metadata,
    key(),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("position", Integer),
    sealed("name", "identity", nullable=False),
    plain("kind", String(60)),
)
Index("ix_applicant_case", applicant.c.case_id)

item = Table(
    "item",
    metadata,
    key(),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("applicant_id", BigInteger, ForeignKey("applicant.id"), nullable=True),
    plain("key", String(60)),
    plain("group_key", String(60), nullable=True),
    plain("required", Boolean),
    plain("asked", Boolean, default=False),  # asked for by name (a supplement), whatever its condition says
    plain("dropped", Boolean, default=False, server_default=false()),  # its case's version does not have it any more
    plain("status", String(12), default="todo"),  # todo, submitted, approved, rework, waived
    plain("status_at", Instant),
    plain("reason", String(60), nullable=True),
    sealed("words", "content"),
    plain("versions", Integer, default=0),
    plain("current_id", BigInteger, nullable=True),
    plain("position", Integer),
)
Index("ix_item_case", item.c.case_id)

document_version = Table(
    "document_version",
    metadata,
    key(),
    plain("item_id", BigInteger, ForeignKey("item.id")),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("n", Integer),
    plain("file_id", BigInteger, ForeignKey("file.id")),
    plain("sent", BigInteger, default=0, server_default="0"),  # place of this file among others, see document_file
    plain("sha256", String(64)),
    plain("by_kind", String(10)),
    plain("by_id", BigInteger),
    plain("channel", String(40)),
    plain("at", Instant),
    # partial, submitted, approved, rejected, replaced, withdrawn, waived, dropped, lapsed
    plain("status", String(12), default="submitted"),
    sealed("findings", "content", "json", nullable=False),
    plain("ticks", Json),
    plain("dates", Json),
    plain("reviewed_by", BigInteger, nullable=True),
    plain("reviewed_for", BigInteger, nullable=True),  # for whom he stood in
    plain("reviewed_at", Instant, nullable=True),
    plain("reason", String(60), nullable=True),
    sealed("words", "content"),
    sealed("note", "content"),
    plain("asked_by", BigInteger, nullable=True),  # the reviewer who wants a second one, see core.cases.second_look
    plain("second_id", BigInteger, nullable=True),  # the colleague whom he asked
    plain("first_by", BigInteger, nullable=True),  # who gave the first of the two approvals
    plain("first_for", BigInteger, nullable=True),  # whose approval it is: asked_by or second_id
    plain("first_at", Instant, nullable=True),
    UniqueConstraint("item_id", "n"),
)
Index("ix_document_version_case", document_version.c.case_id)
_TWO = text("second_id IS NOT NULL")  # few; those that wait are looked for all over the house
Index("ix_document_version_two", document_version.c.status, sqlite_where=_TWO, postgresql_where=_TWO)

review_snooze = Table(  # a review that somebody put off
    "review_snooze",
    metadata,
    key(),
    plain("version_id", BigInteger, ForeignKey("document_version.id")),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("staff_id", BigInteger),
    plain("until", Instant, nullable=True),  # None: it has come back
    UniqueConstraint("version_id", "staff_id"),
)
Index("ix_review_snooze_staff", review_snooze.c.staff_id)

document_file = Table(  # the second and every further file of a version; the first one stands in the version itself
    "document_file",
    metadata,
    key(),
    plain("version_id", BigInteger, ForeignKey("document_version.id")),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("file_id", BigInteger, ForeignKey("file.id")),
    plain("sha256", String(64)),
    plain("sent", BigInteger),  # orders the files as the client sent them, not as they arrived
    plain("at", Instant),
)
Index("ix_document_file_case", document_file.c.case_id)
Index("ix_document_file_version", document_file.c.version_id)
Index("ix_document_file_file", document_file.c.file_id)

case_event = Table(
    "case_event",
    metadata,
    key(),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("seq", Integer),
    plain("type", String(60)),
    plain("at", Instant),
    plain("actor_kind", String(10)),
    plain("actor_id", BigInteger),
    plain("behalf_id", BigInteger, nullable=True),  # for whom he stood in
    plain("door", String(10)),
    plain("channel", String(40)),
    plain("correlation", BigInteger),
    sealed("data", "content", "json", nullable=False),
    UniqueConstraint("case_id", "seq"),
)

rule_fuse = Table(  # how often a rule has acted for a case of late, see core.reactions.fuse
    "rule_fuse",
    metadata,
    key(),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("rule", String(60)),
    plain("since", Instant),  # when the counting began
    plain("acts", Integer, default=0),  # since then
    plain("looped_at", Instant, nullable=True),  # when it last was the end of a chain that was cut
    plain("blown_at", Instant, nullable=True),  # since when it does not act for this case any more
    UniqueConstraint("case_id", "rule"),
)

rule_course = Table(  # how far a rule with several moments is in a case, see core.reactions.courses
    "rule_course",
    metadata,
    key(),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("rule", String(60)),
    plain("stay", String(40), default=""),  # the stay in a stage that it is about; empty: the case as a whole
    plain("done", Json),  # names of the moments that have come
    plain("stopped_at", Instant, nullable=True),
    plain("stopped_by", String(60), nullable=True),  # kind of the event
    plain("stopped_for", String(60), nullable=True),  # what it hung on then
    UniqueConstraint("case_id", "rule"),
)

role_turn = Table(  # who had which turn when a role's work was shared out, see core.cases.sharing_out
    "role_turn",
    metadata,
    key(),
    plain("role", String(60)),
    plain("pool", BigInteger),  # the department among whose people it was shared; 0: all of the house
    plain("staff_id", BigInteger),
    plain("turn", Integer),  # number of his last one
    UniqueConstraint("role", "pool", "staff_id"),
)

stage_span = Table(
    "stage_span",
    metadata,
    key(),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("stage", String(60)),
    plain("entered", Instant),
    plain("left", Instant, nullable=True),
    plain("owner_id", BigInteger, nullable=True),
    plain("minutes", Integer, nullable=True),  # working minutes, known when the stage was left
    plain("paused", Integer, nullable=True),  # those of them in which the limit stood still, if it can
    plain("pauses", Json, nullable=True),  # begin -> end of each pause that is over, in ISO form
)
Index("ix_stage_span_case", stage_span.c.case_id)

case_handover = Table(  # the case offered to another department, see core.cases.handovers
    "case_handover",
    metadata,
    key(),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("stage", String(60)),
    plain("role", String(40)),  # that takes over
    plain("giver_id", BigInteger, nullable=True),
    plain("receiver_id", BigInteger),
    plain("state", String(10), default="offered"),  # offered, accepted, returned, lapsed
    plain("offered_at", Instant),
    plain("settled_at", Instant, nullable=True),
    plain("settled_by", BigInteger, nullable=True),
    plain("settled_for", BigInteger, nullable=True),  # for whom he stood in
    plain("minutes", Integer, nullable=True),  # working minutes until it was answered
    sealed("reason", "content"),
)
Index("ix_case_handover_case", case_handover.c.case_id)

consultation = Table(
    "consultation",
    metadata,
    key(),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    sealed("summary", "content", nullable=False),
    sealed("demand", "content", nullable=False),  # what the client wants above all
    sealed("assessment", "content", nullable=False),  # the adviser's first view
    plain("by_id", BigInteger),
    plain("at", Instant),
)
Index("ix_consultation_case", consultation.c.case_id)

case_migration = Table(  # a case that goes, or went, over to another version of its flow
    "case_migration",
    metadata,
    key(),
    plain("batch_id", BigInteger, ForeignKey("flow_migration.id")),
    plain("case_id", BigInteger, ForeignKey("client_case.id")),
    plain("from_id", BigInteger),  # flow_version
    plain("to_id", BigInteger),
    plain("state", String(10), default="waiting"),  # waiting, moved, refused, undone, kept
    plain("seq", Integer, default=0),  # number of the case's event that says it went over
    sealed("before", "content", "json"),  # what the case was, see core.cases.migration.Before
    plain("why", Json, nullable=True),  # language -> words: why it was refused, or kept when the batch was undone
    plain("settled_at", Instant, nullable=True),
    UniqueConstraint("batch_id", "case_id"),
)
Index("ix_case_migration_case", case_migration.c.case_id)

case_link = Table(  # which case was started by which, see core.cases.children
    "case_link",
    metadata,
    key(),
    plain("parent_id", BigInteger, ForeignKey("client_case.id")),
    plain("case_id", BigInteger, ForeignKey("client_case.id"), unique=True),  # the child
    plain("root_id", BigInteger),  # the case in which the whole family began
    plain("depth", Integer),  # 1: the child of a case that nobody started
    plain("key", String(60)),  # what the parent's flow calls it
    plain("value", String(60), default=""),  # what it is for, where there is one for each; else empty
    plain("n", Integer, default=1),  # which of that value: a further one is asked for by hand
    plain("at", Instant),
    UniqueConstraint("parent_id", "key", "value", "n"),
)
Index("ix_case_link_root", case_link.c.root_id)
