"""Commands that follow up: long work in steps, rules, reminders, reports."""

from core.bus.wiring import Handler
from core.commands import cases as c
from core.commands import contents as ct
from core.commands import digests as dg
from core.commands import lost_cards as lc
from core.commands import migrating as m
from core.commands import office as o
from core.commands import overdue as ov
from core.commands import queues as q
from core.commands import reminders as rm
from core.commands import services as sv
from core.commands import tables as tb
from core.commands import today as td
from core.commands.command import Command
from core.reactions import (
    contents,
    digests,
    fuse,
    lost_cards,
    migration,
    overdue,
    planning,
    queues_told,
    reminders,
    replan,
    services,
)
from core.reactions import tables as on_tables
from core.reactions import today as on_today

HANDLERS: dict[type[Command], Handler] = {
    dg.SetDigest: digests.set_digest,
    dg.SendDigest: digests.send_digest,
    rm.PlanReminders: reminders.plan_reminders,
    rm.RemindClient: reminders.remind_client,
    rm.SnoozeReminders: reminders.snooze_reminders,
    m.MigrateFlow: migration.migrate_flow,
    m.UndoMigration: migration.undo_migration,
    m.MigrateCases: migration.migrate_cases,
    m.MigrateCase: migration.migrate_case,
    m.UnmigrateCase: migration.unmigrate_case,
    o.ReplanCases: replan.replan_cases,
    o.ReplanCase: replan.replan_case,
    o.ReportCalendars: replan.report_calendars,
    ct.SpreadContent: contents.spread_content,
    ct.HearContent: contents.hear_content,
    tb.SpreadTable: on_tables.spread_table,
    tb.LookUpAgain: on_tables.look_up_again,
    td.WorkOutToday: on_today.work_out_today,
    td.TellToday: on_today.tell_today,
    c.PlanRules: planning.plan_rules,
    c.RunRule: planning.run_rule,
    c.StopRules: planning.stop_rules,
    c.RearmRule: fuse.rearm_rule,
    sv.OfferServices: services.offer_services,
    sv.AddService: services.add_service,
    ov.EscalateTask: overdue.escalate_task,
    ov.EscalateReview: overdue.escalate_review,
    q.ReportQueues: queues_told.report_queues,
    lc.ReportLostCard: lost_cards.report_lost_card,
}
