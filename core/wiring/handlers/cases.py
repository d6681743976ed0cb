"""Commands that the room of cases carries out: stages, fields, people, approvals, children, hand-overs."""

from core.bus.wiring import Handler
from core.cases import (
    approvals,
    batch,
    checklist,
    children,
    client_steps,
    consultations,
    contents,
    fields,
    handovers,
    hooks,
    notes,
    opening,
    overriding,
    reseating,
    sending_back,
    sharing_out,
    stages,
    team,
)
from core.commands import approvals as ap
from core.commands import cases as c
from core.commands import children as ch
from core.commands import client_steps as cl
from core.commands import contents as ct
from core.commands import desk as t
from core.commands import handoffs as h
from core.commands import handovers as ho
from core.commands import hooks as hk
from core.commands import sending_back as sb
from core.commands.command import Command

HANDLERS: dict[type[Command], Handler] = {
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
    c.FollowPlace: checklist.follow_place,
    c.SetSubstate: stages.set_substate,
    c.EndPause: stages.end_pause,
    c.OpenForm: stages.open_form,
    c.SetFields: fields.set_fields,
    c.AddTraveller: fields.add_traveller,
    c.AssignRole: team.assign_role,
    c.ShareOut: sharing_out.share_out,
    ct.SendContent: contents.send_content,
    hk.CallWebhook: hooks.call_webhook,
    ch.StartChild: children.start_child,
    ch.OfferChild: children.offer_child,
    ch.HearOfChild: children.hear_of_child,
    ap.OpenApproval: approvals.open_approval,
    ap.OfferVote: approvals.offer_vote,
    ap.CastVote: approvals.cast_vote,
    ap.OfferOverride: overriding.offer_override,
    ap.OverrideApproval: overriding.override_approval,
    ap.Reseat: reseating.reseat,
    ap.GiveSeat: approvals.give_seat,
    h.AddNote: notes.add_note,
    h.LookAtCase: notes.look_at_case,
    t.ShowCase: consultations.show_case,
    t.ShowSteps: consultations.show_steps,
    sb.OfferSendBack: sending_back.offer_send_back,
    sb.SendBack: sending_back.send_back,
    t.AskWords: consultations.ask_words,
    t.RecordConsultation: consultations.record_consultation,
    t.ApproveShown: batch.approve_shown,
    t.OfferHandOver: team.offer_hand_over,
    t.HandOver: team.hand_over,
}
