"""Who carries out which command."""

from core.bus.wiring import Handler
from core.cases import (
    approvals,
    batch,
    children,
    client_steps,
    consultations,
    contents,
    documents,
    fields,
    handovers,
    hooks,
    lapsing,
    notes,
    opening,
    originals,
    overriding,
    pages,
    review,
    review_snooze,
    second_look,
    sending_back,
    sharing_out,
    stages,
    supplement,
    team,
    upload_links,
    withdrawal,
)
from core.catalog import calendars, drafts, office_tables, packs, settings, texts
from core.catalog import contents as office_contents
from core.catalog import service as catalog
from core.clients import basics, consent, erasure, guardians, invitations, tags
from core.clients import service as clients
from core.commands import accounts as a
from core.commands import approvals as ap
from core.commands import cases as c
from core.commands import children as ch
from core.commands import client_steps as cl
from core.commands import contents as ct
from core.commands import contracts as k
from core.commands import conversations as v
from core.commands import data_rights as ri
from core.commands import delegations as g
from core.commands import desk as t
from core.commands import digests as dg
from core.commands import documents as d
from core.commands import drafts as dr
from core.commands import handoffs as h
from core.commands import handovers as ho
from core.commands import hooks as hk
from core.commands import identity as n
from core.commands import lapsing as la
from core.commands import lost_cards as lc
from core.commands import migrating as m
from core.commands import office as o
from core.commands import overdue as ov
from core.commands import packs as pk
from core.commands import people as p
from core.commands import queues as q
from core.commands import reminders as rm
from core.commands import reviewing as r
from core.commands import roles as ro
from core.commands import sending_back as sb
from core.commands import services as sv
from core.commands import staffing as sg
from core.commands import tables as tb
from core.commands import texts as x
from core.commands import work as w
from core.commands.command import Command
from core.contracts import service as contracts
from core.conversations import handoffs, held, parked, telling
from core.conversations import service as conversations
from core.files import service as files
from core.reactions import contents as on_contents
from core.reactions import (
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
from core.staff import (
    credentials,
    delegation,
    departments,
    keys,
    logins,
    members,
    roles,
    second_factor,
    sessions,
    sign_in,
)
from core.staff import service as staff_room
from core.surveys import service as surveys
from core.tasks import hands
from core.tasks import service as tasks

HANDLERS: dict[type[Command], Handler] = {
    ri.ExportClient: erasure.export_client,
    ri.EraseClient: erasure.erase_client,
    ri.EraseAgain: erasure.erase_again,
    ri.SettleErasure: erasure.settle_erasure,
    ri.HoldClient: erasure.hold_client,
    ri.LiftHold: erasure.lift_hold,
    p.RegisterClient: clients.register_client,
    p.EditClient: basics.edit_client,
    p.BindClientIdentity: clients.bind_client_identity,
    n.InviteClient: invitations.invite_client,
    n.ProveInvitation: invitations.prove_invitation,
    n.ConfirmInvitation: invitations.confirm_invitation,
    n.DeclineInvitation: invitations.decline_invitation,
    n.SetGuardian: guardians.set_guardian,
    n.RecordConsent: consent.record_consent,
    n.RecordPaperConsent: consent.record_paper_consent,
    n.ReleaseFiles: telling.release_files,
    n.AskDataRight: consent.ask_data_right,
    p.SetClientLanguage: clients.set_client_language,
    dg.SetDigest: digests.set_digest,
    dg.SendDigest: digests.send_digest,
    rm.SetClientZone: clients.set_client_zone,
    rm.PlanReminders: reminders.plan_reminders,
    rm.RemindClient: reminders.remind_client,
    rm.SnoozeReminders: reminders.snooze_reminders,
    p.AddDepartment: departments.add_department,
    p.AddStaff: members.add_staff,
    p.BindStaffIdentity: staff_room.bind_staff_identity,
    p.SetStaffLanguage: staff_room.set_staff_language,
    p.IssueApiKey: keys.issue_api_key,
    p.RevokeApiKey: keys.revoke_api_key,
    ro.SetRole: roles.set_role,
    ro.SetGrant: roles.set_grant,
    ro.SetMask: roles.set_mask,
    ro.ResetRole: roles.reset_role,
    sg.ChangeStaff: members.change_staff,
    sg.DisableStaff: members.disable_staff,
    sg.EnableStaff: members.enable_staff,
    sg.UnbindStaffIdentity: members.unbind_staff_identity,
    sg.RenameDepartment: departments.rename_department,
    sg.MoveDepartment: departments.move_department,
    sg.SetRegions: departments.set_regions,
    sg.DeleteDepartment: departments.delete_department,
    a.SignIn: sign_in.sign_in,
    a.CountWrongSignIn: sign_in.count_wrong_sign_in,
    a.SignOut: sessions.sign_out,
    a.SignOutEverywhere: sessions.sign_out_everywhere,
    a.SetLogin: logins.set_login,
    a.ChangePassword: credentials.change_password,
    a.ResetPassword: credentials.reset_password,
    a.EnrolTotp: second_factor.enrol_totp,
    a.ConfirmTotp: second_factor.confirm_totp,
    a.DisableTotp: second_factor.disable_totp,
    a.ResetTotp: second_factor.reset_totp,
    g.DelegateWork: delegation.delegate_work,
    g.EndDelegation: delegation.end_delegation,
    g.OfferDelegates: delegation.offer_delegates,
    w.PublishFlow: catalog.publish_flow,
    dr.DraftFlow: drafts.draft_flow,
    dr.EditDraft: drafts.edit_draft,
    dr.DropDraft: drafts.drop_draft,
    dr.PublishDraft: drafts.publish_draft,
    m.MigrateFlow: migration.migrate_flow,
    m.UndoMigration: migration.undo_migration,
    m.MigrateCases: migration.migrate_cases,
    m.MigrateCase: migration.migrate_case,
    m.UnmigrateCase: migration.unmigrate_case,
    o.SetCalendar: calendars.set_calendar,
    o.AddHolidays: calendars.add_holidays,
    o.ImportDays: calendars.import_days,
    o.ReplanCases: replan.replan_cases,
    o.ReplanCase: replan.replan_case,
    o.ReportCalendars: replan.report_calendars,
    tb.ImportTable: office_tables.import_table,
    tb.RestoreTable: office_tables.restore_table,
    tb.SpreadTable: on_tables.spread_table,
    tb.LookUpAgain: on_tables.look_up_again,
    ct.WriteContent: office_contents.write_content,
    ct.PublishContent: office_contents.publish_content,
    ct.WithdrawContent: office_contents.withdraw_content,
    ct.SpreadContent: on_contents.spread_content,
    ct.HearContent: on_contents.hear_content,
    ct.SendContent: contents.send_content,
    pk.ImportPack: packs.import_pack,
    o.SetSetting: settings.set_setting,
    o.ResetSetting: settings.reset_setting,
    x.SetText: texts.set_text,
    x.ResetText: texts.reset_text,
    k.DraftContract: contracts.draft_contract,
    k.RecordDeposit: contracts.record_deposit,
    k.ActivateContract: contracts.activate_contract,
    k.AttachCase: contracts.attach_case,
    c.OpenCase: opening.open_case,
    c.AdvanceCase: stages.advance_case,
    ho.OpenHandover: handovers.open_handover_form,
    ho.ProposeHandover: handovers.propose_handover,
    ho.AcceptHandover: handovers.accept_handover,
    ho.AskReturn: handovers.ask_return,
    ho.ReturnHandover: handovers.return_handover,
    ho.RouteHandover: handovers.route_handover,
    cl.TakeStep: client_steps.take_step,
    cl.AskWhy: client_steps.ask_why,
    cl.AskFacts: fields.ask_facts,
    cl.GiveFacts: fields.give_facts,
    c.SetSubstate: stages.set_substate,
    c.EndPause: stages.end_pause,
    c.OpenForm: stages.open_form,
    c.SetFields: fields.set_fields,
    c.AddTraveller: fields.add_traveller,
    c.AssignRole: team.assign_role,
    c.ShareOut: sharing_out.share_out,
    hk.CallWebhook: hooks.call_webhook,
    ch.StartChild: children.start_child,
    ch.OfferChild: children.offer_child,
    ch.HearOfChild: children.hear_of_child,
    ap.OpenApproval: approvals.open_approval,
    ap.OfferVote: approvals.offer_vote,
    ap.CastVote: approvals.cast_vote,
    ap.OfferOverride: overriding.offer_override,
    ap.OverrideApproval: overriding.override_approval,
    ap.GiveSeat: approvals.give_seat,
    c.AskSupplement: supplement.ask_supplement,
    c.OpenItems: supplement.open_items,
    c.PlanRules: planning.plan_rules,
    c.RunRule: planning.run_rule,
    c.StopRules: planning.stop_rules,
    c.RearmRule: fuse.rearm_rule,
    d.KeepFile: files.keep_file,
    d.ReportHeldFile: held.report_held_file,
    d.CheckFileAgain: held.check_file_again,
    d.SettleHeldFile: held.settle_held_file,
    d.SubmitDocument: documents.submit_document,
    d.AddFile: pages.add_file,
    d.WithdrawDocument: withdrawal.withdraw_document,
    d.ShowItem: documents.show_item,
    d.ReviewDocument: review.review_document,
    d.TickCheck: review.tick_check,
    d.GiveDate: review.give_date,
    d.AskDate: review.ask_date,
    d.OfferReasons: review.offer_reasons,
    r.OfferSecondLook: second_look.offer_second_look,
    r.AskSecondLook: second_look.ask_second_look,
    r.SnoozeReview: review_snooze.snooze_review,
    r.ShowReview: review_snooze.show_review,
    r.RemindReview: review_snooze.remind_review,
    la.CheckPapers: lapsing.check_papers,
    la.WarnLapse: lapsing.warn_lapse,
    d.OpenOriginal: originals.open_original,
    d.AskUploadLink: upload_links.ask_upload_link,
    d.WaiveItem: documents.waive_item,
    q.OpenEntry: parked.open_entry,
    q.RetryEntry: parked.retry_entry,
    q.DropEntry: parked.drop_entry,
    sv.OfferServices: services.offer_services,
    sv.AddService: services.add_service,
    w.CreateTask: tasks.create_task,
    w.CompleteTask: tasks.complete_task,
    w.Notify: conversations.notify,
    w.StartDialog: conversations.start_dialog,
    w.RedrawCard: conversations.redraw_card,
    w.RenewCard: conversations.renew_card,
    v.TellBurst: telling.tell_burst,
    w.AskHuman: handoffs.ask_human,
    h.FreeHandoff: handoffs.free_handoff,
    h.PassToPerson: handoffs.pass_to_person,
    h.CallStaff: handoffs.call_staff,
    h.TakeOver: handoffs.take_over,
    h.PassHandoff: handoffs.pass_handoff,
    h.SayInChat: handoffs.say_in_chat,
    h.SendFileInChat: handoffs.send_file_in_chat,
    h.GiveBack: handoffs.give_back,
    h.EscalateHandoff: handoffs.escalate,
    h.AddNote: notes.add_note,
    h.LookAtCase: notes.look_at_case,
    w.SayToClient: conversations.say_to_client,
    w.Forget: conversations.forget,
    w.AskSurvey: surveys.ask_survey,
    w.AnswerSurvey: surveys.answer_survey,
    t.TagClient: tags.tag_client,
    t.UntagClient: tags.untag_client,
    t.ShowCase: consultations.show_case,
    sb.OfferSendBack: sending_back.offer_send_back,
    sb.SendBack: sending_back.send_back,
    t.AskWords: consultations.ask_words,
    t.RecordConsultation: consultations.record_consultation,
    t.ApproveShown: batch.approve_shown,
    t.OfferHandOver: team.offer_hand_over,
    t.HandOver: team.hand_over,
    t.GiveTask: hands.give_task,
    t.ShowTask: hands.show_task,
    t.SnoozeTask: hands.snooze_task,
    t.OfferTask: hands.offer_task,
    t.ReleaseTask: hands.release_task,
    t.ClaimTask: hands.claim_task,
    t.RemindTask: hands.remind_task,
    t.EndTask: hands.end_task,
    ov.EscalateTask: overdue.escalate_task,
    ov.EscalateReview: overdue.escalate_review,
    q.ReportQueues: queues_told.report_queues,
    lc.ReportLostCard: lost_cards.report_lost_card,
}
