"""For which item is a file? Chosen, named, recognised, sent along with others, suggested, or asked for."""

import re
from typing import Any

from bot.turn import Turn
from core.cases.documents import holds
from core.cases.pages import takes_more
from core.conversations.burst import Burst, Sent
from core.store.sealing import Row
from core.views.checklist_view import ItemView, waiting_for_client

SHORTEST_HINT = 2  # characters of a short form
NOTHING_SAID = frozenset({"photo", "image", "picture", "scan", "form", "document", "file"})


def fitting_items(turn: Turn, rows: list[ItemView], kept: Row, burst: Burst, sent: Sent) -> list[ItemView]:
    """The one item that a file is for, or those among which the client must choose; empty when none waits.

    1. The item for which he opened the upload page, or that he chose. 2. Those that the caption or the file's name
    calls by name. 3. The item that has this very file already. 4. The one whose keywords stand in the text. 5. The one
    of the files that came just before, faster than anybody could answer. 6. The only one that was sent back. 7. The one
    that the bot suggested. 8. All that wait, else those whose review is not decided: a newer version may replace the
    last.
    """
    opened = [each for each in rows if each.row["id"] == sent.wanted]
    if opened:
        return opened
    dialog = turn.dialog if turn.dialog.get("kind") == "collect" else {}
    waiting = waiting_for_client(rows)
    asked = next((each for each in rows if each.row["id"] == dialog.get("item")), None)
    if asked is not None and not dialog.get("soft"):
        burst.chosen = asked.row["id"]
        return [asked]
    traveller, caption = _traveller(rows, sent.caption)
    if traveller is not None:  # he is named: only what is his, and what all share
        rows = [each for each in rows if each.row["applicant_id"] in (traveller, None)]
        waiting = [each for each in waiting if each.row["applicant_id"] in (traveller, None)]
        asked = asked if asked is not None and asked.row["applicant_id"] == traveller else None
    named = _called(rows, waiting, caption, sent.name)
    if named:
        return named
    if burst.chosen is not None and (chosen := _taking_more(rows, burst.chosen, kept)):
        return chosen
    same = [each for each in rows if _has(turn, each, kept)]
    if same:
        return same[:1]
    recognised = [each for each in waiting if _recognised(each, str(kept["inspection"].get("text", "")))]
    if len(recognised) == 1:
        return recognised
    before = burst.albums.get(sent.album)
    if before is not None and (album := _taking_more(rows, before, kept)):
        return album
    returned = [each for each in waiting if each.row["status"] == "rework"]
    if len(returned) == 1:
        return returned
    if asked is not None and asked.open:
        return [asked]
    return waiting or _replaceable(rows)


def _traveller(rows: list[ItemView], caption: str) -> tuple[int | None, str]:
    """The traveller whom the words name, if there are several and exactly one is meant, and the words without him."""
    names = {each.applicant["id"]: str(each.applicant["name"]) for each in rows if each.applicant is not None}
    found = [person for person, name in names.items() if name.lower() in caption.lower()]
    if len(names) < 2 or not found:
        return None, caption
    person = max(found, key=lambda each: len(names[each]))  # the longer name holds the shorter one
    return person, re.sub(re.escape(names[person]), "", caption, flags=re.IGNORECASE).strip(" 的-:：,，")


def continued(each: ItemView, burst: Burst, sent: Sent) -> bool:
    """Whether the file is one more of the newest version: that one is not whole yet, or the client is still sending."""
    version = each.version
    if version is None or not takes_more(version):
        return False
    mine = version["by_kind"] == "client" and version["by_id"] == burst.client
    sending = each.item.max_files > 1 and burst.along(sent) == each.row["id"]
    return mine and (version["status"] == "partial" or (sending and _in_burst(version, burst)))


def _in_burst(version: Row, burst: Burst) -> bool:
    return any(each.version == version["id"] for each in burst.files)


def _taking_more(rows: list[ItemView], item_id: int, kept: Row) -> list[ItemView]:
    """The item, if it takes several files of this kind and its newest version is still open for more."""
    return [
        each
        for each in rows
        if each.row["id"] == item_id
        and each.item.max_files > 1
        and kept["inspection"]["kind"] in each.item.accept
        and (each.version is None or takes_more(each.version))
    ]


def _replaceable(rows: list[ItemView]) -> list[ItemView]:
    """Items whose review has not been decided: a newer version may replace what was sent."""
    return [each for each in rows if each.row["status"] == "submitted"]


def _called(rows: list[ItemView], waiting: list[ItemView], caption: str, name: str) -> list[ItemView]:
    """Items that the words name: those that wait before those that a newer version may replace."""
    stem = name.rsplit(".", 1)[0]
    for fits, words in ((_named, caption), (_hinted, caption), (_named_by_file, stem)):
        for among in (waiting, _replaceable(rows)):
            found = [each for each in among if fits(each, words)]
            if found:
                return found
    return []


def _named(each: ItemView, words: str) -> bool:
    said = _bare(words)
    return any(_bare(name) and _bare(name) in said for name in _names(each))


def _hinted(each: ItemView, words: str) -> bool:
    """A short form that the item's name begins with or ends in: 流水, 护照."""
    said = _bare(words)
    names = [_bare(name) for name in _names(each)]
    return len(said) >= SHORTEST_HINT and any(name.startswith(said) or name.endswith(said) for name in names)


def _named_by_file(each: ItemView, stem: str) -> bool:
    """Phones call every picture photo or image: such a name says nothing."""
    said = _bare(stem)
    return any(_bare(name) and _bare(name) in said and _bare(name) not in NOTHING_SAID for name in _names(each))


def _names(each: ItemView) -> list[str]:
    """The item's names and the short forms in front of a bracket or a plus sign."""
    found = []
    for name in each.item.name.values():
        found.append(name)
        found.append(re.split(r"[(（+,，/]", name)[0])
    return [each.item.key, *found]


def _has(turn: Turn, each: ItemView, kept: Row) -> bool:
    """Whether this very file is in the item's newest version and was not sent back."""
    there = each.version
    return there is not None and there["status"] != "rejected" and holds(turn.uow, there, kept["sha256"])


def _recognised(each: ItemView, text: str) -> bool:
    words = [str(word) for check in each.item.checks if check.kind == "keywords" for word in _any_of(check)]
    return any(word in text for word in words)


def _any_of(check: Any) -> list[str]:
    found = check.model_dump().get("any") or []
    return [str(word) for word in found]


def _bare(words: str) -> str:
    return re.sub(r"[\s_\-.]+", "", words).lower()
