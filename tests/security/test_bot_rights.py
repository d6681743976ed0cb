"""Every command that could wait in a button, pressed by all whom it does not concern: nothing happens (S4, S7)."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from core.channel.inbound import ButtonPress
from core.commands import (
    accounts,
    approvals,
    cases,
    children,
    client_steps,
    contents,
    contracts,
    conversations,
    data_rights,
    delegations,
    desk,
    digests,
    documents,
    drafts,
    handoffs,
    handovers,
    hooks,
    identity,
    lapsing,
    lost_cards,
    migrating,
    office,
    overdue,
    packs,
    people,
    promotion,
    queues,
    reminders,
    reviewing,
    roles,
    sending_back,
    service_templates,
    services,
    staffing,
    tables,
    texts,
    today,
    work,
)
from core.commands.command import COMMANDS, Command
from core.kit.ids import new_id, new_token
from core.staff.policy import DEFAULT
from tests.bot.chat import assert_readable
from tests.security.world import World

Make = Callable[[dict[str, int]], Command]
ROLE_NAMES = roles.RoleNames.model_validate({"zh-CN": "实习", "en": "Trainee"})
TRAVELLER = contracts.Traveller(name="谁", kind="retired")

NOBODY = {"channel": "loopback", "account": "test", "external_id": "chat-nobody"}

# One example of every command, about the things of client a1. A new command fails test_the_matrix_is_whole.
ABOUT: dict[str, Make] = {
    "AdvanceCase": lambda i: cases.AdvanceCase(case_id=i["case"], trigger="begin"),
    "OpenHandover": lambda i: handovers.OpenHandover(case_id=i["case"]),
    "ProposeHandover": lambda i: handovers.ProposeHandover(case_id=i["case"]),
    "AcceptHandover": lambda i: handovers.AcceptHandover(case_id=i["case"], handover_id=1),
    "AskReturn": lambda i: handovers.AskReturn(case_id=i["case"], handover_id=1),
    "ReturnHandover": lambda i: handovers.ReturnHandover(case_id=i["case"], handover_id=1, reason="x"),
    "RouteHandover": lambda i: handovers.RouteHandover(case_id=i["case"]),
    "OfferServices": lambda i: services.OfferServices(case_id=i["case"]),
    "AddService": lambda i: services.AddService(case_id=i["case"], service="x"),
    "TakeStep": lambda i: client_steps.TakeStep(case_id=i["case"], trigger="begin"),
    "AskWhy": lambda i: client_steps.AskWhy(case_id=i["case"], trigger="begin"),
    "AskFacts": lambda i: client_steps.AskFacts(case_id=i["case"]),
    "GiveFacts": lambda i: client_steps.GiveFacts(case_id=i["case"], fields={"hotel_booked": True}),
    "OfferSendBack": lambda i: sending_back.OfferSendBack(case_id=i["case"]),
    "SendBack": lambda i: sending_back.SendBack(case_id=i["case"], to="signed", remark="x"),
    "EndPause": lambda i: cases.EndPause(case_id=i["case"]),
    "OpenApproval": lambda i: approvals.OpenApproval(case_id=i["case"], stage="signed"),
    "OfferVote": lambda i: approvals.OfferVote(case_id=i["case"], approval_id=1, vote="against"),
    "CastVote": lambda i: approvals.CastVote(case_id=i["case"], vote="for"),
    "OfferOverride": lambda i: approvals.OfferOverride(case_id=i["case"]),
    "OverrideApproval": lambda i: approvals.OverrideApproval(case_id=i["case"], outcome="approved", reason="x"),
    "Reseat": lambda i: approvals.Reseat(case_id=i["case"], approval_id=1, staff_id=i["staff"]),
    "GiveSeat": lambda i: approvals.GiveSeat(case_id=i["case"], staff_id=i["staff"]),
    "SetSubstate": lambda i: cases.SetSubstate(case_id=i["case"], substate="sent"),
    "SetFields": lambda i: cases.SetFields(case_id=i["case"], fields={"form_filled": True}),
    "AddTraveller": lambda i: cases.AddTraveller(case_id=i["case"], traveller=TRAVELLER),
    "AskSupplement": lambda i: cases.AskSupplement(case_id=i["case"], items=("passport",), reason="x"),
    "OpenItems": lambda i: cases.OpenItems(case_id=i["case"], items=("passport",), reason="x"),
    "AssignRole": lambda i: cases.AssignRole(case_id=i["case"], role="reviewer", staff_id=i["staff"]),
    "CallWebhook": lambda i: hooks.CallWebhook(case_id=i["case"], hook="crm", rule="x", set_off="x", once="x"),
    "ShareOut": lambda i: cases.ShareOut(case_id=i["case"], role="reviewer", by="round_robin"),
    "StartChild": lambda i: children.StartChild(case_id=i["case"], child="application"),
    "OfferChild": lambda i: children.OfferChild(case_id=i["case"], child="application"),
    "HearOfChild": lambda i: children.HearOfChild(case_id=i["case"], child_id=i["case"], what="closed"),
    "OpenForm": lambda i: cases.OpenForm(case_id=i["case"], trigger="begin"),
    "FollowPlace": lambda i: cases.FollowPlace(case_id=i["case"]),
    "PlanRules": lambda i: cases.PlanRules(case_id=i["case"]),
    "MigrateCase": lambda i: migrating.MigrateCase(case_id=i["case"], batch_id=1),
    "UnmigrateCase": lambda i: migrating.UnmigrateCase(case_id=i["case"], batch_id=1),
    "WorkOutToday": lambda i: today.WorkOutToday(case_id=i["case"]),
    "TellToday": lambda i: today.TellToday(case_id=i["case"], fields=("deadline",)),
    "HearContent": lambda i: contents.HearContent(case_id=i["case"], content_id=1),
    "SendContent": lambda i: contents.SendContent(case_id=i["case"], rule="x", content="report"),
    "LookUpAgain": lambda i: tables.LookUpAgain(case_id=i["case"]),
    "ReplanCase": lambda i: office.ReplanCase(case_id=i["case"]),
    "RunRule": lambda i: cases.RunRule(case_id=i["case"], rule="overdue", anchor="x"),
    "StopRules": lambda i: cases.StopRules(case_id=i["case"], event="ClientWrote"),
    "RearmRule": lambda i: cases.RearmRule(case_id=i["case"], rule="overdue"),
    "RecordDeposit": lambda i: contracts.RecordDeposit(contract_id=i["contract"]),
    "ActivateContract": lambda i: contracts.ActivateContract(contract_id=i["contract"]),
    "AttachCase": lambda i: contracts.AttachCase(contract_id=i["contract"], case_id=i["case"]),
    "EditClient": lambda i: people.EditClient(client_id=i["client"], name="谁"),
    "OpenEntry": lambda i: queues.OpenEntry(entry_id=i["entry"]),
    "RetryEntry": lambda i: queues.RetryEntry(entry_id=i["entry"]),
    "DropEntry": lambda i: queues.DropEntry(entry_id=i["entry"], reason="x"),
    "EditDraft": lambda i: drafts.EditDraft(draft_id=i["draft"], source="key: y"),
    "DropDraft": lambda i: drafts.DropDraft(draft_id=i["draft"]),
    "PublishDraft": lambda i: drafts.PublishDraft(draft_id=i["draft"]),
    "CheckFileAgain": lambda i: documents.CheckFileAgain(errand_id=i["errand"]),
    "SubmitDocument": lambda i: documents.SubmitDocument(item_id=i["item"], file_id=i["file"]),
    "AddFile": lambda i: documents.AddFile(version_id=i["version"], file_id=i["file"]),
    "WithdrawDocument": lambda i: documents.WithdrawDocument(version_id=i["version"]),
    "ReviewDocument": lambda i: documents.ReviewDocument(version_id=i["version"], decision="approved"),
    "TickCheck": lambda i: documents.TickCheck(version_id=i["version"], check="signature"),
    "GiveDate": lambda i: documents.GiveDate(version_id=i["version"], name="issued", value=date(2026, 1, 1)),
    "AskDate": lambda i: documents.AskDate(version_id=i["version"], name="issued"),
    "OfferReasons": lambda i: documents.OfferReasons(version_id=i["version"]),
    "OfferSecondLook": lambda i: reviewing.OfferSecondLook(version_id=i["version"]),
    "AskSecondLook": lambda i: reviewing.AskSecondLook(version_id=i["version"], staff_id=i["staff"]),
    "SnoozeReview": lambda i: reviewing.SnoozeReview(version_id=i["version"], until="hour"),
    "ShowReview": lambda i: reviewing.ShowReview(version_id=i["version"]),
    "RemindReview": lambda i: reviewing.RemindReview(version_id=i["version"], staff_id=i["staff"]),
    "AskUploadLink": lambda i: documents.AskUploadLink(case_id=i["case"]),
    "OpenOriginal": lambda i: documents.OpenOriginal(version_id=i["version"]),
    "ShowItem": lambda i: documents.ShowItem(item_id=i["item"]),
    "WaiveItem": lambda i: documents.WaiveItem(item_id=i["item"], reason="x"),
    "BindClientIdentity": lambda i: people.BindClientIdentity(
        client_id=i["client"], channel="loopback", account="test", external_id="chat-nobody"
    ),
    "InviteClient": lambda i: identity.InviteClient(client_id=i["client"]),
    "SetGuardian": lambda i: identity.SetGuardian(client_id=i["client"], person_id=i["client"]),
    "RecordConsent": lambda i: identity.RecordConsent(client_id=i["client"], given=True, text="0" * 16),
    "RecordPaperConsent": lambda i: identity.RecordPaperConsent(client_id=i["client"], signed_on=date(2026, 3, 1)),
    "ExportClient": lambda i: data_rights.ExportClient(client_id=i["client"]),
    "EraseClient": lambda i: data_rights.EraseClient(client_id=i["client"]),
    "HoldClient": lambda i: data_rights.HoldClient(client_id=i["client"], reason="x"),
    "LiftHold": lambda i: data_rights.LiftHold(client_id=i["client"], reason="x"),
    "AskDataRight": lambda i: identity.AskDataRight(client_id=i["client"], right="erase"),
    "DelegateWork": lambda i: delegations.DelegateWork(
        staff_id=i["staff"], delegate_id=i["staff"], first=date(2026, 3, 3), last=date(2026, 3, 4)
    ),
    "OfferDelegates": lambda i: delegations.OfferDelegates(staff_id=i["staff"]),
    "EndDelegation": lambda i: delegations.EndDelegation(delegation_id=i["delegation"]),
    "SetClientLanguage": lambda i: people.SetClientLanguage(client_id=i["client"], language="en"),
    "SetStaffLanguage": lambda i: people.SetStaffLanguage(staff_id=i["staff"], language="en"),
    "CreateTask": lambda i: work.CreateTask(case_id=i["case"], role="copywriter", title={"zh-CN": "x", "en": "x"}),
    "SetDigest": lambda i: digests.SetDigest(staff_id=i["staff"], at="08:30"),
    "SendDigest": lambda i: digests.SendDigest(staff_id=i["staff"]),
    "PlanReminders": lambda i: reminders.PlanReminders(client_id=i["client"]),
    "RemindClient": lambda i: reminders.RemindClient(client_id=i["client"]),
    "SnoozeReminders": lambda i: reminders.SnoozeReminders(client_id=i["client"], days=1),
    "SetPromotion": lambda i: promotion.SetPromotion(client_id=i["client"], wanted=False),
    "SetClientZone": lambda i: reminders.SetClientZone(client_id=i["client"], zone="Europe/Berlin"),
    "CompleteTask": lambda i: work.CompleteTask(task_id=i["task"]),
    "AskHuman": lambda i: work.AskHuman(conversation_id=i["conversation"]),
    "PassToPerson": lambda i: handoffs.PassToPerson(conversation_id=i["conversation"], text="x"),
    "CallStaff": lambda i: handoffs.CallStaff(handoff_id=i["handoff"], staff_ids=(i["staff"],)),
    "TakeOver": lambda i: handoffs.TakeOver(handoff_id=i["handoff"]),
    "PassHandoff": lambda i: handoffs.PassHandoff(handoff_id=i["handoff"], staff_id=i["staff"]),
    "SayInChat": lambda i: handoffs.SayInChat(handoff_id=i["handoff"], text="x"),
    "SendFileInChat": lambda i: handoffs.SendFileInChat(handoff_id=i["handoff"], file_id=i["file"]),
    "GiveBack": lambda i: handoffs.GiveBack(handoff_id=i["handoff"]),
    "FreeHandoff": lambda i: handoffs.FreeHandoff(handoff_id=i["handoff"]),
    "CheckPapers": lambda i: lapsing.CheckPapers(case_id=i["case"]),
    "WarnLapse": lambda i: lapsing.WarnLapse(version_id=i["version"], last=date(2026, 3, 4)),
    "EscalateTask": lambda i: overdue.EscalateTask(task_id=i["task"], step="lead"),
    "EscalateReview": lambda i: overdue.EscalateReview(version_id=i["version"], step="lead"),
    "EscalateHandoff": lambda i: handoffs.EscalateHandoff(handoff_id=i["handoff"]),
    "AddNote": lambda i: handoffs.AddNote(case_id=i["case"], text="x"),
    "LookAtCase": lambda i: handoffs.LookAtCase(case_id=i["case"], what="progress"),
    "SayToClient": lambda i: work.SayToClient(case_id=i["case"], text="x"),
    "AskSurvey": lambda i: work.AskSurvey(case_id=i["case"], question="csat"),
    "AnswerSurvey": lambda i: work.AnswerSurvey(case_id=i["case"], score=1),
    "TagClient": lambda i: desk.TagClient(client_id=i["client"], tag="加急"),
    "UntagClient": lambda i: desk.UntagClient(client_id=i["client"], tag="加急"),
    "ShowCase": lambda i: desk.ShowCase(case_id=i["case"]),
    "ShowSteps": lambda i: desk.ShowSteps(case_id=i["case"]),
    "AskWords": lambda i: desk.AskWords(case_id=i["case"], what="tag"),
    "OfferHandOver": lambda i: desk.OfferHandOver(case_id=i["case"]),
    "HandOver": lambda i: desk.HandOver(case_id=i["case"], role="reviewer", staff_id=i["staff"]),
    "GiveTask": lambda i: desk.GiveTask(task_id=i["task"], staff_id=i["staff"]),
    "ShowTask": lambda i: desk.ShowTask(task_id=i["task"]),
    "SnoozeTask": lambda i: desk.SnoozeTask(task_id=i["task"], until="hour"),
    "OfferTask": lambda i: desk.OfferTask(task_id=i["task"]),
    "ReleaseTask": lambda i: desk.ReleaseTask(task_id=i["task"]),
    "ClaimTask": lambda i: desk.ClaimTask(task_id=i["task"]),
    "RemindTask": lambda i: desk.RemindTask(task_id=i["task"]),
    "EndTask": lambda i: desk.EndTask(task_id=i["task"]),
    "BindStaffIdentity": lambda i: people.BindStaffIdentity(
        staff_id=i["staff"], channel="loopback", account="test", external_id="chat-nobody"
    ),
    "IssueApiKey": lambda i: people.IssueApiKey(staff_id=i["staff"], name="x"),
    "RevokeApiKey": lambda i: people.RevokeApiKey(key_id=i["api_key"]),
    "ChangeStaff": lambda i: staffing.ChangeStaff(staff_id=i["staff"], roles=("admin",)),
    "DisableStaff": lambda i: staffing.DisableStaff(staff_id=i["staff"]),
    "EnableStaff": lambda i: staffing.EnableStaff(staff_id=i["staff"]),
    "UnbindStaffIdentity": lambda i: staffing.UnbindStaffIdentity(identity_id=i["staff_identity"]),
    "SignIn": lambda i: accounts.SignIn(staff_id=i["staff"], login="x", address="x", checked="x", right=True),
    "SignOut": lambda i: accounts.SignOut(session_id=i["session"]),
    "SignOutEverywhere": lambda i: accounts.SignOutEverywhere(staff_id=i["staff"]),
    "SetLogin": lambda i: accounts.SetLogin(staff_id=i["staff"], login="somebody"),
    "ChangePassword": lambda i: accounts.ChangePassword(staff_id=i["staff"], hashed="x", checked="x"),
    "ResetPassword": lambda i: accounts.ResetPassword(staff_id=i["staff"], hashed="x"),
    "EnrolTotp": lambda i: accounts.EnrolTotp(staff_id=i["staff"]),
    "ConfirmTotp": lambda i: accounts.ConfirmTotp(staff_id=i["staff"], code="x"),
    "DisableTotp": lambda i: accounts.DisableTotp(staff_id=i["staff"], code="x"),
    "ResetTotp": lambda i: accounts.ResetTotp(staff_id=i["staff"]),
    "RecordConsultation": lambda i: desk.RecordConsultation(case_id=i["case"], summary="x", demand="x", assessment="x"),
}
# Whoever sells may draft a contract with every client: the policy gives sales reach over all of them.
OPEN_TO_SALES: dict[str, Make] = {
    "DraftContract": lambda i: contracts.DraftContract(
        client_id=i["client"], flow="visa_jp_tourist", number=f"X{new_id()}", package="x", amount=1,
        signed_on=date(2026, 3, 2), travellers=(TRAVELLER,),
    ),
}  # fmt: skip
# About nobody in particular: the permission alone decides.
GENERAL: dict[str, Make] = {
    "OpenCase": lambda i: cases.OpenCase(client_id=i["client"], flow="visa_jp_tourist", travellers=(TRAVELLER,)),
    "ApproveShown": lambda i: desk.ApproveShown(version_ids=(i["version"],)),
    "KeepFile": lambda _: documents.KeepFile(
        name="x", media_type="x", size=1, sha256="0" * 64, handle="x", inspection={}
    ),
    "RegisterClient": lambda _: people.RegisterClient(name="x"),
    "AddDepartment": lambda _: people.AddDepartment(name="x"),
    "SetRole": lambda _: roles.SetRole(
        role="trainee", names=roles.RoleNames.model_validate({"zh-CN": "实习", "en": "Trainee"})
    ),
    "SetGrant": lambda _: roles.SetGrant(role="sales", right="staff.manage", reach="all"),
    "SetMask": lambda _: roles.SetMask(role="sales", pii="identity", mask="write"),
    "ResetRole": lambda _: roles.ResetRole(role="sales"),
    "RenameDepartment": lambda i: staffing.RenameDepartment(department_id=i["department"], name="x"),
    "MoveDepartment": lambda i: staffing.MoveDepartment(department_id=i["department"]),
    "SetRegions": lambda i: staffing.SetRegions(department_id=i["department"], regions=("x",)),
    "DeleteDepartment": lambda i: staffing.DeleteDepartment(department_id=i["department"]),
    "AddStaff": lambda _: people.AddStaff(name="x", roles=("admin",)),
    "CountWrongSignIn": lambda _: accounts.CountWrongSignIn(login="x", address="x"),
    "Notify": lambda i: work.Notify(to="client", person_id=i["client"], notice="say"),
    "StartDialog": lambda i: work.StartDialog(to="client", person_id=i["client"], dialog={}),
    "RedrawCard": lambda i: work.RedrawCard(card=f"review:{i['version']}"),
    "Forget": lambda _: work.Forget(),
    "ReportLostCard": lambda _: lost_cards.ReportLostCard(outbox_id=1),
    "ReportQueues": lambda _: queues.ReportQueues(late=("inbox",)),
    "ReportHeldFile": lambda i: documents.ReportHeldFile(errand_id=i["errand"]),
    "SettleHeldFile": lambda i: documents.SettleHeldFile(errand_id=i["errand"]),
    "ReleaseFiles": lambda i: identity.ReleaseFiles(client_id=i["client"]),
    "ProveInvitation": lambda _: identity.ProveInvitation(
        code="ABCD2345", chat="loopback:test:chat-nobody", account="loopback:test"
    ),
    "ConfirmInvitation": lambda _: identity.ConfirmInvitation(invitation_id=1, **NOBODY),
    "DeclineInvitation": lambda _: identity.DeclineInvitation(invitation_id=1, **NOBODY),
    "RenewCard": lambda i: work.RenewCard(card=f"review:{i['version']}", notice="review", buttons=()),
    "TellBurst": lambda i: conversations.TellBurst(conversation_id=i["conversation"], edit=True, card="burst:1"),
    "SetCalendar": lambda _: office.SetCalendar(name="cn-office", zone="UTC", week=(("09:00-12:00",),) * 7),
    "AddHolidays": lambda _: office.AddHolidays(name="cn-office", country="CN", year=2026),
    "ImportDays": lambda _: office.ImportDays(name="cn-office", csv="day\n2026-05-08\n"),
    "ImportTable": lambda _: tables.ImportTable.of("schools", b"key,name.en\na,A\n", "2026-03-01", "x"),
    "SetServiceTemplate": lambda _: service_templates.SetServiceTemplate(
        key="polish", name={"zh-CN": "润色", "en": "Polishing"}, role="copywriter", new=True
    ),
    "WithdrawServiceTemplate": lambda _: service_templates.WithdrawServiceTemplate(key="polish"),
    "RestoreTable": lambda _: tables.RestoreTable(name="schools", edition=1),
    "SetTableRow": lambda _: tables.SetTableRow(name="schools", key="a", cells={}, as_of=date(2026, 3, 1), source="x"),
    "DropTableRow": lambda _: tables.DropTableRow(name="schools", key="a", as_of=date(2026, 3, 1), source="x"),
    "WriteContent": lambda _: contents.WriteContent(
        key="report", title={"zh-CN": "甲", "en": "A"}, text={"zh-CN": "乙", "en": "B"}, topics=("x",)
    ),
    "PublishContent": lambda _: contents.PublishContent(key="report", number=1),
    "WithdrawContent": lambda _: contents.WithdrawContent(key="report"),
    "SpreadContent": lambda _: contents.SpreadContent(key="report", content_id=1),
    "SpreadTable": lambda _: tables.SpreadTable(name="schools"),
    "MigrateFlow": lambda _: migrating.MigrateFlow(flow="visa_jp_tourist", to=1),
    "UndoMigration": lambda _: migrating.UndoMigration(batch_id=1),
    "MigrateCases": lambda _: migrating.MigrateCases(batch_id=1),
    "ReplanCases": lambda _: office.ReplanCases(name="cn-office"),
    "ReportCalendars": lambda _: office.ReportCalendars(missing=(("cn-office", 2027),)),
    "SetSetting": lambda _: office.SetSetting(name="agency.language", value="en"),
    "ResetSetting": lambda _: office.ResetSetting(name="agency.language"),
    "ImportPack": lambda _: packs.ImportPack(),
    "DraftFlow": lambda _: drafts.DraftFlow(source="key: x"),
    "SetText": lambda _: texts.SetText(key="welcome.client", language="en", words="Hi {name}"),
    "ResetText": lambda _: texts.ResetText(key="welcome.client", language="en"),
    "EraseAgain": lambda i: data_rights.EraseAgain(client_id=i["client"], at=datetime(2026, 3, 1, tzinfo=UTC)),
    "SettleErasure": lambda i: data_rights.SettleErasure(erasure_id=i["client"]),
    "PublishFlow": lambda _: work.PublishFlow(source="key: x"),
}
GRANTED_TO_STAFF = {"OpenCase", "KeepFile", "RegisterClient", "Forget"}
MATRIX = ABOUT | OPEN_TO_SALES | GENERAL
FOREIGN = ["client of the same department", "client of another department", "staff of another department",
           "staff who left", "stranger"]  # fmt: skip


def test_the_matrix_is_whole() -> None:
    assert set(MATRIX) == set(COMMANDS), "a new command must be tried by everybody whom it does not concern"
    assert {name for name, kind in COMMANDS.items() if kind.about is not None} == {*ABOUT, *OPEN_TO_SALES}
    permissions = {kind.permission for kind in COMMANDS.values()}
    assert DEFAULT.client.keys() & permissions == {
        "case.read", "document.read", "document.submit", "client.language", "conversation.ask_human",
        "conversation.end", "survey.answer",
        "identity.claim", "client.consent", "client.data", "client.snooze", "client.promotion", "case.heard",
        "case.answer", "case.fill",
    }  # fmt: skip


def attempts(world: World, presses: list[tuple[Any, str]]) -> dict[str, list[str]]:
    """Press everything; nothing may change but the audit, which gets one refused row a press."""
    people_there = [person for person, _ in presses]
    world.heard([*people_there, world.owner, world.clients["a1"]])
    before, audits = world.state(), len(world.audits())
    world.all_press(presses)
    after, noted = world.state(), world.audits()[audits:]
    assert {name: rows for name, rows in after.items() if rows != before[name]} == {}
    assert [row["outcome"] for row in noted] == ["refused"] * len(presses)
    assert len({row["correlation"] for row in noted}) == len(presses)
    heard = world.heard(people_there)
    for heard_texts in heard.values():
        assert_readable(heard_texts)
        assert not [each for each in heard_texts for marker in (*world.markers, world.number) if marker in each]
    assert world.heard([world.owner, world.clients["a1"]]) == {world.owner.chat: [], world.clients["a1"].chat: []}
    return heard


@pytest.mark.parametrize("who", FOREIGN)
def test_a_button_made_for_another_does_nothing(worlds: World, who: str) -> None:
    """The presser counts: a card that was forwarded, copied from a screen or guessed."""
    person = worlds.foreign[who]
    tokens = [worlds.button_for(worlds.owner, make(worlds.ids)) for make in MATRIX.values()]
    tokens += [worlds.button_for(worlds.clients["a1"], make(worlds.ids)) for make in MATRIX.values()]
    heard = attempts(worlds, [(person, token) for token in tokens])
    assert set(heard[person.chat]) == {"这个按钮不是发给您的，操作未执行。"}
    assert len(heard[person.chat]) == len(tokens)


@pytest.mark.parametrize("who", ["client of the same department", "client of another department"])
def test_a_client_reaches_nothing_of_another_client(worlds: World, who: str) -> None:
    """As if the server itself had made him the button: the bus asks again whose the thing is."""
    person = worlds.foreign[who]
    tokens = [worlds.button_for(person, make(worlds.ids)) for make in MATRIX.values()]
    heard = attempts(worlds, [(person, token) for token in tokens])
    assert set(heard[person.chat]) <= {"没有找到，或您无权查看。", "您没有权限进行此操作。"}


def test_staff_reach_nothing_of_another_department(worlds: World) -> None:
    person = worlds.foreign["staff of another department"]
    wanted = [make for name, make in MATRIX.items() if name not in GRANTED_TO_STAFF | OPEN_TO_SALES.keys()]
    heard = attempts(worlds, [(person, worlds.button_for(person, make(worlds.ids))) for make in wanted])
    assert set(heard[person.chat]) <= {"没有找到，或您无权查看。", "您没有权限进行此操作。"}


def test_who_left_reaches_nothing_even_with_his_own_buttons(worlds: World) -> None:
    person = worlds.foreign["staff who left"]
    attempts(worlds, [(person, worlds.button_for(person, make(worlds.ids))) for make in MATRIX.values()])


def test_foreign_and_missing_look_the_same(worlds: World) -> None:
    """An id that is somebody else's and one that was never given out: the same words, the same code in the audit."""
    nowhere = dict.fromkeys(worlds.ids, 2**40)
    pairs = [make(ids) for make in ABOUT.values() for ids in (worlds.ids, nowhere)]
    for who in FOREIGN[:3]:
        person, start = worlds.foreign[who], len(worlds.audits())
        heard = attempts(worlds, [(person, worlds.button_for(person, each)) for each in pairs])[person.chat]
        codes = [row["code"] for row in worlds.audits()[start:]]
        assert heard[0::2] == heard[1::2]
        assert codes[0::2] == codes[1::2]


def test_a_press_in_the_owners_own_chat_counts_for_the_presser(worlds: World) -> None:
    """A group or a forwarded card: the chat is the owner's, the finger is not."""
    for person in worlds.foreign.values():
        token = worlds.button_for(worlds.owner, ABOUT["ReviewDocument"](worlds.ids))
        before, audits = worlds.state(), len(worlds.audits())
        press = ButtonPress(address=worlds.owner.address, sender=person.chat, token=token)
        worlds.house.arrives(worlds.owner, press)
        assert worlds.state() == before
        assert [row["outcome"] for row in worlds.audits()[audits:]] == ["refused"]
        assert "不是发给您的" in worlds.owner.last


def test_tokens_that_were_never_ours_resolve_to_nothing(worlds: World) -> None:
    """Guesses, one changed character of a real one, and what no database takes as text."""
    real = worlds.button_for(worlds.owner, ABOUT["ReviewDocument"](worlds.ids))
    flipped = [real[:at] + ("A" if real[at] != "A" else "B") + real[at + 1 :] for at in range(len(real))]
    odd = ["", "\x00", "A\x00B", "%", "' OR 1=1 --", "A" * 5000, "\u202e", real + "\x00", real.lower() + "x"]
    guesses = [*flipped, *odd, *(new_token() for _ in range(40))]
    heard = attempts(worlds, [(worlds.owner, token) for token in guesses if token != real])[worlds.owner.chat]
    assert set(heard) == {"这个按钮已失效。"}
