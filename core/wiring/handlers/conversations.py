"""Commands that the room of conversations carries out: messages, cards, people who take over."""

from core.bus.wiring import Handler
from core.commands import conversations as v
from core.commands import documents as d
from core.commands import handoffs as h
from core.commands import identity as n
from core.commands import queues as q
from core.commands import work as w
from core.commands.command import Command
from core.conversations import handoffs, held, parked, telling
from core.conversations import service as conversations

HANDLERS: dict[type[Command], Handler] = {
    n.ReleaseFiles: telling.release_files,
    d.ReportHeldFile: held.report_held_file,
    d.CheckFileAgain: held.check_file_again,
    d.SettleHeldFile: held.settle_held_file,
    q.OpenEntry: parked.open_entry,
    q.RetryEntry: parked.retry_entry,
    q.DropEntry: parked.drop_entry,
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
    w.SayToClient: conversations.say_to_client,
    w.Forget: conversations.forget,
}
