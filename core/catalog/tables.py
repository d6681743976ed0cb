"""Tables of the catalogue."""

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Table, Text, UniqueConstraint, text

from core.kit.db import Instant, Json, key, metadata, plain, sealed

flow_version = Table(
    "flow_version",
    metadata,
    key(),
    plain("flow", String(60)),
    plain("version", Integer),
    plain("name", Json),
    plain("meta", Json),  # country, visa and the like: what a checklist template is looked up by
    plain("source", LargeBinary),  # the YAML as it was published, byte for byte
    plain("sha256", String(64)),
    plain("published_at", Instant),
    UniqueConstraint("flow", "version"),
)
Index("ix_flow_version_flow", flow_version.c.flow)

text_override = Table(
    "text_override",
    metadata,
    key(),
    plain("text_key", String(80)),
    plain("language", String(10)),
    plain("words", Text, nullable=True),  # None: the built-in ones again
    plain("changed_at", Instant),
    plain("changed_by", BigInteger),
    UniqueConstraint("text_key", "language"),
)

flow_draft = Table(
    "flow_draft",
    metadata,
    key(),
    plain("flow", String(60)),  # the key that its source says; empty while it says none
    plain("source", LargeBinary),  # the YAML as it was sent, right or wrong
    plain("based_on", BigInteger, nullable=True),  # the published version that it was made from
    plain("state", String(10), default="open"),  # open, published, dropped
    plain("published_id", BigInteger, nullable=True),  # the version that came of it
    plain("made_at", Instant),
    plain("made_by", BigInteger),
    plain("changed_at", Instant),
    plain("changed_by", BigInteger),
    plain("version", Integer, default=0),  # raised at every change
)
_OPEN_DRAFT = text("state = 'open'")
Index("ix_flow_draft_open", flow_draft.c.id, sqlite_where=_OPEN_DRAFT, postgresql_where=_OPEN_DRAFT)

flow_story = Table(
    "flow_story",
    metadata,
    key(),
    plain("flow", String(60)),
    plain("name", String(60)),
    plain("source", LargeBinary),  # the YAML, byte for byte
    plain("sha256", String(64)),
    plain("kept_at", Instant),
    plain("kept_by", BigInteger),
    UniqueConstraint("flow", "name"),
)

office_calendar = Table(
    "office_calendar",
    metadata,
    key(),
    plain("name", String(40), unique=True),  # what a flow calls it
    plain("hours", Json),  # zone, week and days, see core.engine.calendar_spec
    plain("changed_at", Instant),
    plain("changed_by", BigInteger),
    plain("version", Integer, default=0),
)

setting_override = Table(
    "setting_override",
    metadata,
    key(),
    plain("name", String(80), unique=True),  # e.g. agency.remind_days
    sealed("value", "content", "json"),  # None: what the files and the environment say
    plain("changed_at", Instant),
    plain("changed_by", BigInteger),
    plain("version", Integer, default=0),
)

flow_migration = Table(  # a batch of cases that go over to another version of their flow
    "flow_migration",
    metadata,
    key(),
    plain("flow", String(60)),
    plain("sources", Json),  # ids of the versions that they come from
    plain("target_id", BigInteger),
    plain("map", Json),  # core.engine.flow_map.FlowMap
    plain("state", String(10), default="listing"),  # listing, listed, undoing, undone
    plain("made_at", Instant),
    plain("made_by", BigInteger),
    plain("undone_at", Instant, nullable=True),
    plain("undone_by", BigInteger, nullable=True),
)
Index("ix_flow_migration_flow", flow_migration.c.flow)

service_template = Table(  # of the house's own, beside those of its flows
    "service_template",
    metadata,
    key(),
    plain("key", String(60), unique=True),
    plain("says", Json),  # core.engine.spec_services.HouseService
    plain("withdrawn_at", Instant, nullable=True),
    plain("changed_at", Instant),
    plain("changed_by", BigInteger),
    plain("version", Integer, default=0),
)

content = Table(  # e.g. an industry report: which version goes out now
    "content",
    metadata,
    key(),
    plain("name", String(48), unique=True),  # its key: what a flow calls it
    plain("newest", Integer),  # number of the version that was written last
    plain("published_id", BigInteger, nullable=True),  # id of the version that goes out; None: none does
    plain("published", Integer, nullable=True),  # and its number
    plain("topics", Json, nullable=True),  # of the published version
    plain("published_at", Instant, nullable=True),
)

content_version = Table(  # what it says never changes
    "content_version",
    metadata,
    key(),
    plain("name", String(48)),
    plain("number", Integer),
    plain("title", Json),
    plain("body", Json),
    plain("link", String(500)),  # empty: none
    plain("topics", Json),
    plain("written_at", Instant),
    plain("written_by", BigInteger),
    plain("published_at", Instant, nullable=True),  # the last time
    plain("withdrawn_at", Instant, nullable=True),  # since then
    UniqueConstraint("name", "number"),
)

office_table = Table(  # e.g. schools with their deadlines: which edition is valid now
    "office_table",
    metadata,
    key(),
    plain("name", String(48), unique=True),  # what a flow calls it
    plain("edition", Integer),
    plain("edition_id", BigInteger),
)

office_table_edition = Table(  # never changes once it is there
    "office_table_edition",
    metadata,
    key(),
    plain("name", String(48)),
    plain("edition", Integer),
    plain("as_of", String(10)),  # the day on which somebody looked it up
    plain("source", String(300)),
    plain("content", LargeBinary),  # the CSV as it was imported, byte for byte
    plain("sha256", String(64)),
    plain("row_count", Integer),
    plain("columns", Json),  # name -> type
    plain("imported_at", Instant),
    plain("imported_by", BigInteger),
    UniqueConstraint("name", "edition"),
)
