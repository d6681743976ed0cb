"""Commands that the room of the catalog carries out: flows, calendars, tables, settings, texts."""

from core.bus.wiring import Handler
from core.catalog import calendars, contents, drafts, office_tables, packs, service_templates, settings, texts
from core.catalog import service as catalog
from core.commands import contents as ct
from core.commands import drafts as dr
from core.commands import office as o
from core.commands import packs as pk
from core.commands import service_templates as svt
from core.commands import tables as tb
from core.commands import texts as x
from core.commands import work as w
from core.commands.command import Command

HANDLERS: dict[type[Command], Handler] = {
    w.PublishFlow: catalog.publish_flow,
    dr.DraftFlow: drafts.draft_flow,
    dr.EditDraft: drafts.edit_draft,
    dr.DropDraft: drafts.drop_draft,
    dr.PublishDraft: drafts.publish_draft,
    o.SetCalendar: calendars.set_calendar,
    o.AddHolidays: calendars.add_holidays,
    o.ImportDays: calendars.import_days,
    tb.ImportTable: office_tables.import_table,
    tb.RestoreTable: office_tables.restore_table,
    tb.SetTableRow: office_tables.set_table_row,
    tb.DropTableRow: office_tables.drop_table_row,
    svt.SetServiceTemplate: service_templates.set_service_template,
    svt.WithdrawServiceTemplate: service_templates.withdraw_service_template,
    ct.WriteContent: contents.write_content,
    ct.PublishContent: contents.publish_content,
    ct.WithdrawContent: contents.withdraw_content,
    pk.ImportPack: packs.import_pack,
    o.SetSetting: settings.set_setting,
    o.ResetSetting: settings.reset_setting,
    x.SetText: texts.set_text,
    x.ResetText: texts.reset_text,
}
