"""Commands of small rooms of work: tasks, contracts, surveys."""

from core.bus.wiring import Handler
from core.commands import contracts as k
from core.commands import desk as t
from core.commands import work as w
from core.commands.command import Command
from core.contracts import service as contracts
from core.surveys import service as surveys
from core.tasks import hands
from core.tasks import service as tasks

HANDLERS: dict[type[Command], Handler] = {
    k.DraftContract: contracts.draft_contract,
    k.RecordDeposit: contracts.record_deposit,
    k.ActivateContract: contracts.activate_contract,
    k.AttachCase: contracts.attach_case,
    w.CreateTask: tasks.create_task,
    w.CompleteTask: tasks.complete_task,
    w.AskSurvey: surveys.ask_survey,
    w.AnswerSurvey: surveys.answer_survey,
    t.GiveTask: hands.give_task,
    t.ShowTask: hands.show_task,
    t.SnoozeTask: hands.snooze_task,
    t.OfferTask: hands.offer_task,
    t.ReleaseTask: hands.release_task,
    t.ClaimTask: hands.claim_task,
    t.RemindTask: hands.remind_task,
    t.EndTask: hands.end_task,
}
