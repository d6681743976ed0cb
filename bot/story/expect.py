"""What a story expects: who reads what, and what has become of the case. A difference is a NotSo."""

from collections.abc import Callable, Mapping, Sequence

from bot.story import expect_case
from bot.story.memory import Chat, Memory, NotSo
from bot.story.spec import Exactly, Expected, Step


def expect(step: Step, memory: Memory) -> None:
    """Raises NotSo."""
    if step.who:
        _IN_CHAT[step.verb](step.arg, memory.chats[step.who])
    else:
        _OF_WORLD[step.verb](step.arg, memory)


def _reads(wanted: Sequence[Expected], chat: Chat) -> None:
    """In this order, in what came since the last reading; other messages may stand between them."""
    if not wanted:
        _reads_only(wanted, chat)
        return
    at = chat.read
    for text in wanted:
        found = next((n for n in range(at, len(chat.shown)) if fits(text, chat.shown[n].text)), None)
        if found is None:
            unread = [shown.text for shown in chat.shown[at:]]
            raise NotSo(f"a message with {words_of(text)}", unread)
        at = found + 1
    chat.read = at


def _reads_only(wanted: Sequence[Expected], chat: Chat) -> None:
    """Exactly these messages and no others."""
    unread = [shown.text for shown in chat.shown[chat.read :]]
    expected = ", then ".join(words_of(text) for text in wanted) or "no message"
    if len(unread) != len(wanted) or not all(map(fits, wanted, unread)):
        raise NotSo(f"only: {expected}", unread)
    chat.read = len(chat.shown)


def _sees(wanted: Sequence[Expected], chat: Chat) -> None:
    """Somewhere in the chat as it looks now, redrawn cards included."""
    for text in wanted:
        if not any(fits(text, shown.text) for shown in chat.shown):
            raise NotSo(f"in the chat as it looks now: {words_of(text)}", [shown.text for shown in chat.shown])


def _sees_not(wanted: Sequence[Expected], chat: Chat) -> None:
    for text in wanted:
        found = [shown.text for shown in chat.shown if fits(text, shown.text)]
        if found:
            raise NotSo(f"nowhere in the chat: {words_of(text)}", found)


def _may_press(wanted: Sequence[str], chat: Chat) -> None:
    there = [button.label for shown in chat.shown for button in shown.buttons]
    missing = [label for label in wanted if label not in there]
    if missing:
        raise NotSo(f"buttons {', '.join(missing)}", [f"buttons: {', '.join(there)}"] if there else [])


def _may_not_press(wanted: Sequence[str], chat: Chat) -> None:
    there = [button.label for shown in chat.shown for button in shown.buttons]
    found = [label for label in (wanted or there) if label in there]
    if found:
        raise NotSo("no button " + (", ".join(wanted) or "at all"), [f"buttons: {', '.join(found)}"])


def _told(wanted: Sequence[str], memory: Memory) -> None:
    """Exactly these people got a new message in the last act, whether they have read it or not."""
    got = {who: chat.shown[chat.before :] for who, chat in memory.chats.items()}
    told = [who for who, fresh in got.items() if fresh]
    if set(told) != set(wanted):
        said = [f"{who}: {shown.text}" for who in told for shown in got[who]]
        raise NotSo(f"told in the last step: {', '.join(wanted) or 'nobody'}", said)


def _dispatched(gateway: str) -> Callable[[Sequence[Expected], Memory], None]:
    def check(wanted: Sequence[Expected], memory: Memory) -> None:
        """These texts left through the gateway since it was last asked, and no others."""
        every = list(memory.world.gateways[gateway]())
        fresh = every[memory.dispatched.get(gateway, 0) :]
        if len(fresh) != len(wanted) or not all(map(fits, wanted, fresh)):
            raise NotSo(f"{gateway}: " + (", then ".join(words_of(text) for text in wanted) or "none"), fresh)
        memory.dispatched[gateway] = len(every)

    return check


def fits(wanted: Expected, text: str) -> bool:
    return text == wanted.equals if isinstance(wanted, Exactly) else wanted in text


def words_of(wanted: Expected) -> str:
    return f"exactly “{wanted.equals}”" if isinstance(wanted, Exactly) else f"“{wanted}”"


_IN_CHAT: Mapping[str, Callable[..., None]] = {
    "reads": _reads,
    "reads only": _reads_only,
    "sees": _sees,
    "sees not": _sees_not,
    "may press": _may_press,
    "may not press": _may_not_press,
}
_OF_WORLD: Mapping[str, Callable[..., None]] = {
    "told": _told,
    "sms": _dispatched("sms"),
    "mail": _dispatched("mail"),
    "webhook": _dispatched("webhook"),
    "about": expect_case.about,
    "case": expect_case.case_is,
    "items": expect_case.items_are,
    "checklist": expect_case.checklist_is,
    "tasks": expect_case.tasks_are,
    "events": expect_case.events_are,
    "refused": expect_case.refused,
}
