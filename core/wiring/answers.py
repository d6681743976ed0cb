"""What follows from which event: the house's own reactions, then the flow's rules."""

from core.bus.wiring import Reaction
from core.events import approvals as ea
from core.events import calendars as ec
from core.events import children as ech
from core.events import contents as ect
from core.events import data_rights as fd
from core.events import delegations as ge
from core.events import desk as te
from core.events import digests as eg
from core.events import handoffs as eh
from core.events import handovers as eho
from core.events import happened as e
from core.events import lapsing as la
from core.events import lost_cards as el
from core.events import migrating as em
from core.events import overdue as eo
from core.events import pauses as ep
from core.events import people as f
from core.events import queues as eq
from core.events import reminders as er
from core.events import reviewing as re
from core.events import rules as ru
from core.events import services as esv
from core.events import sharing as es
from core.events import staffing as est
from core.events import tables as eb
from core.events import today as et
from core.events.event import Event, rule_events
from core.reactions import approvals as on_approvals
from core.reactions import children as on_children
from core.reactions import client_steps as on_client_steps
from core.reactions import contents as on_contents
from core.reactions import contracts as on_contracts
from core.reactions import delegations as on_delegations
from core.reactions import desk as on_desk
from core.reactions import (
    digests,
    family_files,
    fuse,
    lost_cards,
    migration_told,
    overdue,
    overdue_told,
    planning,
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
from core.reactions import lapsing as on_lapsing
from core.reactions import people as on_people
from core.reactions import second_look as on_second_look
from core.reactions import sharing as on_sharing
from core.reactions import stages as on_stages
from core.reactions import steps_again as on_steps_again
from core.reactions import tables as on_tables
from core.reactions import tags as on_tags
from core.reactions import today as on_today

_FIXED: list[tuple[type[Event], Reaction]] = [
    (e.ContractDrafted, on_contracts.offer_activation),
    (e.DepositRecorded, on_contracts.redraw),
    (e.ContractActivated, on_contracts.open_its_case),
    (e.CaseOpened, on_contracts.attach),
    (ect.ContentChosen, on_contents.tell_client),
    (e.StageLeft, on_stages.close_work),
    (e.StageLeft, on_client_steps.close_steps),
    (e.StageEntered, on_stages.follow_place),
    (e.SubstateSet, on_stages.follow_place),
    (e.StageEntered, on_stages.tell_stage),
    (e.StageEntered, on_stages.give_work),
    (e.StageEntered, on_approvals.begin),
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
    (te.StepsWanted, on_steps_again.give_again),
    (te.ClientTagged, on_tags.follow),
    (te.ClientUntagged, on_tags.follow),
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
    (ea.ApprovalOpened, on_approvals.give_cards),
    (est.MemberLeft, on_approvals.reseat),
    (ea.SeatsUnfilled, on_approvals.call_leads),
    (ea.SeatGiven, on_approvals.give_card),
    (ea.VoteCast, on_approvals.tell_vote),
    (ea.ApprovalDecided, on_approvals.take_step),
    (ea.ApprovalEnded, on_approvals.end_cards),
    (ec.LimitMoved, on_stages.redraw_work),
    (ec.LimitMoved, reminders.plan),
    (ec.TaskLimitMoved, on_desk.redraw_task),
    (ec.YearsUnconfirmed, replan.tell_admins),
    (ep.LimitPaused, planning.plan_while_paused),
    (ep.LimitPaused, on_stages.redraw_work),
    (ep.LimitPaused, reminders.plan),
    (ep.LimitResumed, planning.plan_after_pause),
    (ep.LimitResumed, on_stages.redraw_work),
    (ep.LimitResumed, reminders.plan),
    (e.DocumentSubmitted, on_stages.client_has_sent),
    (eb.ChoiceGone, on_tables.ask_staff),
    (em.CaseMigrated, migration_told.renew_work),
    (em.CaseMigrated, migration_told.renew_reviews),
    (em.CaseMigrated, on_client_steps.renew_steps),
    (em.CaseMigrated, on_handovers.follow),
    (em.CaseMigrated, migration_told.tell_client),
    (em.CaseMigrated, on_approvals.begin),
    (em.CaseMigrated, reminders.plan),
    (e.FieldSet, on_lapsing.look_again),
    (et.DayWorkedOut, on_stages.plan_again),
    (et.DayWorkedOut, on_stages.redraw_work),
    (et.DayWorkedOut, on_lapsing.look_again),
    (et.DayWorkedOut, on_today.wait_for_morning),
    (em.CaseMigrated, on_today.follow_version),
    (e.StageEntered, on_lapsing.look_again),
    (e.DocumentApproved, on_lapsing.look_again),
    (e.DocumentWithdrawn, on_lapsing.look_again),
    (em.CaseMigrated, on_lapsing.look_again),
    (la.DocumentLapsed, on_lapsing.tell_lapsed),
    (la.DocumentLapsed, on_stages.redraw_work),
    (la.DocumentLapsed, reminders.plan),
    (la.DocumentRestored, on_lapsing.tell_restored),
    (la.DocumentRestored, on_stages.redraw_work),
    (la.DocumentDiffers, on_lapsing.tell_differs),
    (la.LapseAhead, on_lapsing.warn),
    (e.StageEntered, on_children.tell_parent),
    (e.SubstateSet, on_children.tell_parent),
    (e.CaseClosed, on_children.tell_parent),
    (e.CaseClosed, on_children.left_open),
    (e.FieldSet, on_children.left_out),
    (ech.ChildOpened, on_children.redraw_parent),
    (ech.ChildOpened, family_files.take_files),
    (ech.ChildMoved, on_children.redraw_parent),
    (ech.ChildClosed, on_children.redraw_parent),
]


def reactions() -> list[tuple[type[Event], Reaction]]:
    """For every event that they may wait for: first rules stop that it ends, then come rules that find people, the
    house's own reactions, and the flow's other rules; last, steps that are decided and were not possible yet."""
    kinds = rule_events().values()
    people = [(kind, rules.people_first) for kind in kinds]
    stopping = [(kind, planning.by_event) for kind in kinds]
    again = [(kind, on_approvals.try_again) for kind in kinds]
    return [*stopping, *people, *_FIXED, *((kind, rules.on_event) for kind in kinds), *again]
