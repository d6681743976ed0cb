"""Commands that the room of clients carries out: who they are, what they agreed to, what is forgotten."""

from core.bus.wiring import Handler
from core.clients import basics, consent, erasure, guardians, invitations, promotion, tags
from core.clients import service as clients
from core.commands import data_rights as ri
from core.commands import desk as t
from core.commands import identity as n
from core.commands import people as p
from core.commands import promotion as pr
from core.commands import reminders as rm
from core.commands.command import Command

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
    n.AskDataRight: consent.ask_data_right,
    p.SetClientLanguage: clients.set_client_language,
    rm.SetClientZone: clients.set_client_zone,
    t.TagClient: tags.tag_client,
    t.UntagClient: tags.untag_client,
    pr.SetPromotion: promotion.set_promotion,
}
