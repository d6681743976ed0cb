"""Drafts and stories of flows, calendars and settings as data, and what stands in a client's file."""

import sqlalchemy as sa
from alembic import op

from core.kit.db import Instant, Json

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None
kind = "expand"

_OPEN = sa.text("state = 'open'")
_DEAD = sa.text("state = 'dead'")
_QUEUES = ("inbox", "outbox", "timer", "errand")
_CLIENT = ("sex", "birth_date", "passport_no")


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False)


def _changed() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("changed_by", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )


def upgrade() -> None:
    op.create_table(
        "flow_draft",
        _key(),
        sa.Column("flow", sa.String(length=60), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("based_on", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("published_id", sa.BigInteger(), nullable=True),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.BigInteger(), nullable=False),
        *_changed(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_draft")),
    )
    op.create_index("ix_flow_draft_open", "flow_draft", ["id"], sqlite_where=_OPEN, postgresql_where=_OPEN)
    op.create_table(
        "flow_story",
        _key(),
        sa.Column("flow", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("source", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("kept_at", Instant(), nullable=False),
        sa.Column("kept_by", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_flow_story")),
        sa.UniqueConstraint("flow", "name", name=op.f("uq_flow_story_flow_name")),
    )
    op.create_table(
        "office_calendar",
        _key(),
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("hours", Json, nullable=False),
        *_changed(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_office_calendar")),
        sa.UniqueConstraint("name", name=op.f("uq_office_calendar_name")),
    )
    op.create_table(
        "setting_override",
        _key(),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=True),
        *_changed(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_setting_override")),
        sa.UniqueConstraint("name", name=op.f("uq_setting_override_name")),
    )
    op.create_table(
        "queue_act",
        _key(),
        sa.Column("entry_id", sa.BigInteger(), nullable=False),
        sa.Column("act", sa.String(length=10), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_queue_act")),
    )
    op.create_index("ix_queue_act_entry", "queue_act", ["entry_id"])
    for queue in _QUEUES:
        op.create_index(f"ix_{queue}_dead", queue, ["due"], sqlite_where=_DEAD, postgresql_where=_DEAD)
    for name in _CLIENT:
        op.add_column("client", sa.Column(name, sa.LargeBinary(), nullable=True))
    op.add_column("client", sa.Column("passport_index", sa.LargeBinary(length=32), nullable=True))
    op.add_column("client", sa.Column("edition", sa.Integer(), nullable=False, server_default="0"))
    op.create_index("ix_client_passport", "client", ["passport_index"])


def downgrade() -> None:
    op.drop_index("ix_client_passport", "client")
    for name in ("edition", "passport_index", *reversed(_CLIENT)):
        op.drop_column("client", name)
    for queue in _QUEUES:
        op.drop_index(f"ix_{queue}_dead", queue)
    op.drop_index("ix_queue_act_entry", "queue_act")
    op.drop_table("queue_act")
    for name in ("setting_override", "office_calendar", "flow_story"):
        op.drop_table(name)
    op.drop_index("ix_flow_draft_open", "flow_draft")
    op.drop_table("flow_draft")
