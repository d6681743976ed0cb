"""The one place that knows every room: builds the bus."""

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from core.bus.bus import Bus
from core.bus.wiring import FactSource, Handler, Reaction, Wiring
from core.cases import (
    batch,
    consultations,
    documents,
    facts,
    fields,
    notes,
    opening,
    originals,
    pages,
    review,
    review_snooze,
    second_look,
    sending_back,
    stages,
    supplement,
    team,
    upload_links,
    withdrawal,
)
from core.cases.log import record
from core.catalog import service as catalog
from core.catalog import texts
from core.catalog.catalogue import Catalogue
from core.clients import consent, guardians, invitations, tags
from core.clients import service as clients
from core.commands import cases as c
from core.commands import contracts as k
from core.commands import conversations as v
from core.commands import delegations as g
from core.commands import desk as t
from core.commands import digests as dg
from core.commands import documents as d
from core.commands import handoffs as h
from core.commands import identity as n
from core.commands import people as p
from core.commands import reminders as rm
from core.commands import reviewing as r
from core.commands import sending_back as sb
from core.commands import texts as x
from core.commands import work as w
from core.commands.command import Command
from core.contracts import service as contracts
from core.conversations import handoffs, held, telling
from core.conversations import service as conversations
from core.engine.access import Actor, Policy
from core.engine.calendar import WorkingCalendar
from core.engine.manners import Manners
from core.engine.sayings import Sayings
from core.events import delegations as ge
from core.events import desk as te
from core.events import digests as eg
from core.events import handoffs as eh
from core.events import happened as e
from core.events import people as f
from core.events import reminders as er
from core.events import reviewing as re
from core.events.event import EVENTS, Event
from core.files import service as files
from core.reactions import contracts as on_contracts
from core.reactions import delegations as on_delegations
from core.reactions import desk as on_desk
from core.reactions import digests, reminders, rules
from core.reactions import documents as on_documents
from core.reactions import handoffs as on_handoffs
from core.reactions import held as on_held
from core.reactions import identity as on_identity
from core.reactions import people as on_people
from core.reactions import second_look as on_second_look
from core.reactions import stages as on_stages
from core.staff import delegation
from core.staff import service as staff_room
from core.store.sealing import Row
from core.store.unit import UnitOfWork
from core.surveys import service as surveys
from core.tasks import hands
from core.tasks import service as tasks
from core.wiring.subjects import SUBJECTS, case_of
from core.wiring.tools import tools

HANDLERS: dict[type[Command], Handler] = {
    p.RegisterClient: clients.register_client,
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
    p.AddDepartment: staff_room.add_department,
    p.AddStaff: staff_room.add_staff,
    p.BindStaffIdentity: staff_room.bind_staff_identity,
    p.SetStaffLanguage: staff_room.set_staff_language,
    p.IssueApiKey: staff_room.issue_api_key,
    g.DelegateWork: delegation.delegate_work,
    g.EndDelegation: delegation.end_delegation,
    g.OfferDelegates: delegation.offer_delegates,
    w.PublishFlow: catalog.publish_flow,
    x.SetText: texts.set_text,
    x.ResetText: texts.reset_text,
    k.DraftContract: contracts.draft_contract,
    k.RecordDeposit: contracts.record_deposit,
    k.ActivateContract: contracts.activate_contract,
    k.AttachCase: contracts.attach_case,
    c.OpenCase: opening.open_case,
    c.AdvanceCase: stages.advance_case,
    c.SetSubstate: stages.set_substate,
    c.OpenForm: stages.open_form,
    c.SetFields: fields.set_fields,
    c.AddTraveller: fields.add_traveller,
    c.AssignRole: team.assign_role,
    c.AskSupplement: supplement.ask_supplement,
    c.OpenItems: supplement.open_items,
    c.PlanRules: rules.plan_rules,
    c.RunRule: rules.run_rule,
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
    d.OpenOriginal: originals.open_original,
    d.AskUploadLink: upload_links.ask_upload_link,
    d.WaiveItem: documents.waive_item,
    w.CreateTask: tasks.create_task,
    w.CompleteTask: tasks.complete_task,
    w.Notify: conversations.notify,
    w.StartDialog: conversations.start_dialog,
    w.RedrawCard: conversations.redraw_card,
    w.RenewCard: conversations.renew_card,
    v.TellBurst: telling.tell_burst,
    w.AskHuman: handoffs.ask_human,
    h.PassToPerson: handoffs.pass_to_person,
    h.CallStaff: handoffs.call_staff,
    h.TakeOver: handoffs.take_over,
    h.PassHandoff: handoffs.pass_handoff,
    h.SayInChat: handoffs.say_in_chat,
    h.SendFileInChat: handoffs.send_file_in_chat,
    h.GiveBack: handoffs.give_back,
    h.EscalateHandoff: handoffs.escalate,
    h.FreeHandoff: handoffs.free_handoff,
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
}

_FIXED: list[tuple[type[Event], Reaction]] = [
    (e.ContractDrafted, on_contracts.offer_activation),
    (e.DepositRecorded, on_contracts.redraw),
    (e.ContractActivated, on_contracts.open_its_case),
    (e.CaseOpened, on_contracts.attach),
    (e.StageLeft, on_stages.close_work),
    (e.StageEntered, on_stages.tell_stage),
    (e.StageEntered, on_stages.give_work),
    (e.StageEntered, reminders.plan),
    (e.SubstateSet, on_stages.tell_substate),
    (e.SubstateSet, on_stages.redraw_work),
    (e.FieldSet, on_stages.redraw_work),
    (e.FieldSet, on_stages.plan_again),
    (e.ChecklistCompleted, on_stages.redraw_work),
    (e.FormAsked, on_stages.ask_form),
    (e.DocumentSubmitted, on_documents.ask_review),
    (e.DocumentExtended, on_documents.show_more),
    (e.DocumentWithdrawn, on_documents.tell_withdrawn),
    (e.DateAsked, on_documents.ask_date),
    (e.ReasonsAsked, on_documents.show_reasons),
    (e.FindingsChanged, on_documents.redraw_review),
    (re.SecondLookAsked, on_second_look.ask_second),
    (re.FirstApproval, on_second_look.tell_first),
    (re.ReviewSnoozed, on_second_look.redraw_snoozed),
    (re.ReviewReminded, on_second_look.bring_back),
    (e.DocumentApproved, on_documents.tell_approved),
    (e.DocumentApproved, on_stages.redraw_work),
    (e.DocumentRejected, on_documents.tell_rejected),
    (e.ItemsReopened, on_documents.tell_reopened),
    (e.ItemsReopened, reminders.plan),
    (eg.DigestDue, digests.send),
    (er.ClientMoved, reminders.plan),
    (er.ClientReminded, reminders.send),
    (er.RemindersSnoozed, reminders.redraw),
    (f.InvitationDeclined, on_identity.warn_maker),
    (f.ConsentOnPaper, on_identity.let_files_in),
    (f.ConsentRefused, on_identity.warn_owner),
    (f.DataRightAsked, on_identity.open_request),
    (ge.WorkDelegated, on_delegations.tell_both),
    (ge.DelegationEnded, on_delegations.tell_ended),
    (ge.DelegationEnded, on_delegations.free_chats),
    (ge.DelegationEnded, on_delegations.end_buttons),
    (e.FileStuck, on_held.call_for_help),
    (e.FileUnstuck, on_held.call_off),
    (e.TaskCreated, on_people.hand_out),
    (e.TaskDone, on_people.tick_off),
    (e.NotReachable, on_people.reach_by_hand),
    (eh.HumanAsked, on_handoffs.call_a_person),
    (eh.HandoffOverdue, on_handoffs.call_more),
    (eh.HandoffTaken, on_handoffs.tell_taken),
    (eh.HandoffFreed, on_handoffs.call_again),
    (eh.HandoffEnded, on_handoffs.tell_ended),
    (eh.ClientWrote, on_handoffs.pass_on),
    (e.SaidToClient, on_people.pass_on),
    (e.SurveyAsked, on_people.ask_satisfaction),
    (e.RuleDue, rules.at_moment),
    (te.WordsAsked, on_desk.ask_words),
    (e.RoleAssigned, on_desk.hand_on),
    (e.RoleAssigned, on_stages.move_work),
    (e.RoleAssigned, on_documents.move_reviews),
    (te.TaskGiven, on_desk.hand_task),
    (te.TaskReleased, on_desk.offer_to_role),
    (te.TaskSnoozed, on_desk.redraw_task),
    (te.TaskReminded, on_desk.remind),
    (te.TaskEnded, on_desk.end_card),
    (e.StageLeft, on_desk.end_tasks),
    (e.CaseClosed, on_desk.end_tasks),
]

_SILENT = {e.RuleRan, e.RuleDue, e.FollowUpRefused, e.Notified, e.NotReachable}
"""Events of the machinery itself: a rule that waited for them could run for ever."""


def reactions() -> list[tuple[type[Event], Reaction]]:
    """The house's own reactions first, then the flow's rules for every event that they may wait for."""
    on_rules = [(kind, rules.on_event) for kind in EVENTS.values() if kind not in _SILENT]
    return [*_FIXED, *on_rules]


def build_bus(
    policy: Policy,
    catalogue: Catalogue,
    calendars: dict[str, WorkingCalendar],
    sayings: Sayings,
    *,
    manners: Manners | None = None,
    zone: ZoneInfo | None = None,
) -> Bus:
    """Wire everything; `zone` is the agency's, else the one of its first calendar.

    Raises RuntimeError for a command without handler, subject or grant.
    """

    def docs(uow: UnitOfWork, row: Row, names: frozenset[str], actor: Actor) -> Mapping[str, object]:
        return facts.docs_facts(catalogue.compiled(uow, row["flow_version_id"]), uow, row, names)

    sources: dict[str, FactSource] = {
        "case": facts.case_facts,
        "docs": docs,
        "actor": facts.actor_facts,
        "client": facts.history_facts,
        "history": facts.history_facts,
        "time": facts.time_facts,
        "contract": contracts.facts,
        "tasks": tasks.facts,
    }
    return Bus(
        Wiring(
            policy=policy,
            handlers=HANDLERS,
            reactions=reactions(),
            facts=sources,
            subjects=SUBJECTS,
            case_of=case_of,
            record=record,
            tools=tools(catalogue, calendars, sayings, manners, zone),
        )
    )
