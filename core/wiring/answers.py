"""What follows from which event: the house's own reactions, then the flow's rules."""

from core.bus.wiring import Reaction
from core.events import calendars as ec
from core.events import data_rights as fd
from core.events import delegations as ge
from core.events import desk as te
from core.events import digests as eg
from core.events import handoffs as eh
from core.events import handovers as eho
from core.events import happened as e
from core.events import lost_cards as el
from core.events import migrating as em
from core.events import overdue as eo
from core.events import people as f
from core.events import queues as eq
from core.events import reminders as er
from core.events import reviewing as re
from core.events import rules as ru
from core.events import services as esv
from core.events import sharing as es
from core.events.event import Event, rule_events
from core.reactions import client_steps as on_client_steps
from core.reactions import contracts as on_contracts
from core.reactions import delegations as on_delegations
from core.reactions import desk as on_desk
from core.reactions import (
    digests,
    fuse,
    lost_cards,
    migration_told,
    overdue,
    overdue_told,
    queues_told,
    reminders,
    replan,
    rules,
    services,
)
from core.reactions import documents as on_documents
from core.reactions import handoffs as on_handoffs
from core.reactions import handovers as on_handovers
from core.reactions import held as on_held
from core.reactions import identity as on_identity
from core.reactions import people as on_people
from core.reactions import second_look as on_second_look
from core.reactions import sharing as on_sharing
from core.reactions import stages as on_stages

_FIXED: list[tuple[type[Event], Reaction]] = [
    (e.ContractDrafted, on_contracts.offer_activation),
    (e.DepositRecorded, on_contracts.redraw),
    (e.ContractActivated, on_contracts.open_its_case),
    (e.CaseOpened, on_contracts.attach),
    (e.StageLeft, on_stages.close_work),
    (e.StageLeft, on_client_steps.close_steps),
    (e.StageEntered, on_stages.tell_stage),
    (e.StageEntered, on_stages.give_work),
    (e.StageEntered, reminders.plan),
    (e.SubstateSet, on_stages.tell_substate),
    (e.SubstateSet, on_stages.redraw_work),
    (e.FieldSet, on_stages.redraw_work),
    (e.FieldSet, on_stages.plan_again),
    (e.ChecklistCompleted, on_stages.redraw_work),
    (e.FormAsked, on_stages.ask_form),
    (eho.HandoverFormAsked, on_handovers.ask_form),
    (eho.HandoverOffered, on_handovers.offer_card),
    (eho.HandoverRouted, on_handovers.offer_card),
    (eho.HandoverAccepted, on_handovers.tell_accepted),
    (eho.HandoverReturned, on_handovers.tell_returned),
    (eho.HandoverLapsed, on_handovers.end_card),
    (e.DocumentSubmitted, on_documents.ask_review),
    (e.DocumentExtended, on_documents.show_more),
    (e.DocumentWithdrawn, on_documents.tell_withdrawn),
    (e.ItemWaived, on_documents.tell_waived),
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
    (e.DocumentRejected, reminders.plan),
    (e.DocumentWithdrawn, reminders.plan),
    (e.FieldSet, reminders.plan),
    (e.TravellerAdded, reminders.plan),
    (f.ConsentGiven, reminders.plan),
    (f.ConsentOnPaper, reminders.plan),
    (eg.DigestDue, digests.send),
    (er.ClientMoved, reminders.plan),
    (er.ClientReminded, reminders.send),
    (er.RemindersSnoozed, reminders.redraw),
    (f.InvitationDeclined, on_identity.warn_maker),
    (f.ConsentOnPaper, on_identity.let_files_in),
    (f.ConsentRefused, on_identity.warn_owner),
    (f.DataRightAsked, on_identity.open_request),
    (fd.ClientExported, on_identity.close_request),
    (fd.ClientErased, on_identity.close_request),
    (ge.WorkDelegated, on_delegations.tell_both),
    (ge.DelegationEnded, on_delegations.tell_ended),
    (ge.DelegationEnded, on_delegations.free_chats),
    (ge.DelegationEnded, on_delegations.end_buttons),
    (e.FileStuck, on_held.call_for_help),
    (e.FileUnstuck, on_held.call_off),
    (e.TaskCreated, on_people.hand_out),
    (e.TaskDone, on_people.tick_off),
    (e.TaskDone, services.tell_done),
    (esv.ServiceAdded, services.tell_added),
    (e.NotReachable, on_people.reach_by_hand),
    (eh.HumanAsked, on_handoffs.call_a_person),
    (eh.HandoffOverdue, on_handoffs.call_more),
    (eh.HandoffTaken, on_handoffs.tell_taken),
    (eh.HandoffEnded, on_handoffs.tell_ended),
    (eh.HandoffFreed, on_handoffs.call_again),
    (eh.ClientWrote, on_handoffs.pass_on),
    (e.SaidToClient, on_people.pass_on),
    (e.SurveyAsked, on_people.ask_satisfaction),
    (ru.RuleDue, rules.at_moment),
    (ru.FuseBlown, fuse.tell_admins),
    (te.WordsAsked, on_desk.ask_words),
    (es.RoleUnfilled, on_sharing.call_leads),
    (e.RoleAssigned, on_desk.hand_on),
    (e.RoleAssigned, on_stages.move_work),
    (e.RoleAssigned, on_documents.move_reviews),
    (e.RoleAssigned, on_handovers.follow),
    (te.TaskGiven, on_desk.hand_task),
    (te.TaskReleased, on_desk.offer_to_role),
    (te.TaskSnoozed, on_desk.redraw_task),
    (te.TaskReminded, on_desk.remind),
    (te.TaskEnded, on_desk.end_card),
    (e.StageLeft, on_desk.end_tasks),
    (e.CaseClosed, on_desk.end_tasks),
    (e.TaskCreated, overdue.watch_task),
    (e.DocumentSubmitted, overdue.watch_review),
    (e.DocumentWithdrawn, overdue.watch_review),
    (eo.TaskOverdue, overdue_told.tell_task),
    (eo.ReviewOverdue, overdue_told.tell_review),
    (e.DocumentApproved, overdue_told.settle_review),
    (e.DocumentRejected, overdue_told.settle_review),
    (e.DocumentWithdrawn, overdue_told.settle_review),
    (e.ItemWaived, overdue_told.settle_review),
    (el.CardLost, lost_cards.tell_admins),
    (eq.QueuesInTrouble, queues_told.tell_admins),
    (ec.LimitMoved, on_stages.redraw_work),
    (ec.LimitMoved, reminders.plan),
    (ec.YearsUnconfirmed, replan.tell_admins),
    (em.CaseMigrated, migration_told.renew_work),
    (em.CaseMigrated, migration_told.renew_reviews),
    (em.CaseMigrated, on_client_steps.renew_steps),
    (em.CaseMigrated, on_handovers.follow),
    (em.CaseMigrated, migration_told.tell_client),
    (em.CaseMigrated, reminders.plan),
]


def reactions() -> list[tuple[type[Event], Reaction]]:
    """Rules that find people first, then the house's own reactions, then the flow's other rules, for every event that
    they may wait for."""
    kinds = rule_events().values()
    people = [(kind, rules.people_first) for kind in kinds]
    return [*people, *_FIXED, *((kind, rules.on_event) for kind in kinds)]
