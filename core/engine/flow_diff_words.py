"""What the parts of a flow and their attributes are called, and the sentences about a change of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from core.engine.flow_diff_names import ATTRIBUTES, LANGUAGE_NAMES, PARTS
from core.engine.text import LANGUAGES, Words, pick

MOST_SHOWN: Final = 80  # characters of a value in a sentence; the change itself holds all of it
LISTED: Final = {"zh-CN": "、", "en": ", "}
_BEFORE: Final = 20  # characters that are shown before the first one that differs

Sides = Mapping[str, tuple[str, str]]  # language -> the old value and the new one


@dataclass(frozen=True, slots=True)
class Thing:
    """What a sentence is about. ``kind`` is the part of the flow that it stands in, or the flow's own attribute (then
    ``key`` is empty); ``of`` is the thing that it belongs to, as a choice does to its field."""

    kind: str
    key: str
    name: Words
    of: "Thing | None" = None

    @property
    def top(self) -> "Thing":
        """The thing that stands in the flow itself."""
        return self if self.of is None else self.of.top

    def called(self, language: str) -> str:
        return pick(self.name, language) or self.key

    def said(self, language: str) -> str:
        """As a sentence begins with it: 阶段“材料收集”, stage "Documents"."""
        if not self.key:
            return {"zh-CN": "流程", "en": "flow"}[language]
        own = f"{PARTS[self.kind][language]}{_space(language)}{_quoted(self.called(language), language)}"
        return own if self.of is None else f"{self.of.said(language)}{_OF[language]}{own}"


_OF: Final = {"zh-CN": "的", "en": ", "}


def label_of(kind: str, name: str, inside: str) -> Words:
    """What an attribute of such a thing is called; ``inside``: the language or the key within it, if only that."""
    label = ATTRIBUTES.get((kind, name)) or ATTRIBUTES.get(("", name)) or dict.fromkeys(LANGUAGES, name)
    if not inside:
        return dict(label)
    within = LANGUAGE_NAMES.get(inside) or dict.fromkeys(LANGUAGES, inside)
    if not name:
        return dict(within)
    return {"zh-CN": f"{label['zh-CN']}（{within['zh-CN']}）", "en": f"{label['en']} ({within['en']})"}


def order_of(part: str) -> Words:
    """The order of such things as an attribute."""
    named = PARTS[part]
    return {
        "zh-CN": f"{named['zh-CN']}顺序",
        "en": f"order of {named['en']}{'es' if named['en'].endswith('s') else 's'}",
    }


def added(thing: Thing, after: Thing | None) -> Words:
    """``after``: the stage that now comes before it, where it is one: the order of stages is the way of a case."""
    zh, en = f"新增{thing.said('zh-CN')}", f"{thing.said('en')} is new"
    if thing.kind == "stages":
        zh += "，为首个阶段" if after is None else f"，位于“{after.called('zh-CN')}”之后"
        en += ", the first one" if after is None else f', after "{after.called("en")}"'
    return {"zh-CN": zh, "en": _capital(en)}


def removed(thing: Thing) -> Words:
    return {"zh-CN": f"删除{thing.said('zh-CN')}", "en": _capital(f"{thing.said('en')} is gone")}


def changed(
    thing: Thing,
    label: Words,
    sides: Sides,
    kind: Literal["added", "removed", "changed"],
    *,
    quoted: bool = False,
) -> Words:
    """An attribute that has another value, that was not there, or that is there no more."""
    said: Words = {}
    for language in LANGUAGES:
        old, new = _shown(*sides[language])
        same, old, new = old == new, *(_set(each, language, quoted=quoted) for each in (old, new))
        whole = _SENTENCES[language]["same" if kind == "changed" and same else kind]
        about = thing.said(language) + (_JOINT[language] + label[language] if label[language] else _BARE[language])
        said[language] = _capital(whole.format(about=about, old=old, new=new).strip())
    return said


_JOINT: Final = {"zh-CN": "的", "en": ": "}
_BARE: Final = {"zh-CN": "", "en": ":"}
_SENTENCES: Final[Mapping[str, Mapping[str, str]]] = {
    "zh-CN": {
        "changed": "{about}由{old}改为{new}",
        "added": "{about}原来没有，现为{new}",
        "removed": "原有的{about}已取消：{old}",
        "same": "{about}的写法有改动",
    },
    "en": {
        "changed": "{about} {old} is now {new}",
        "added": "{about} was not there and is now {new}",
        "removed": "{about} was {old} and is gone",
        "same": "{about} is written differently",
    },
}


def _shown(old: str, new: str) -> tuple[str, str]:
    """Both on one line each, or of long ones the piece around the first character that differs."""
    old, new = " ".join(old.split()), " ".join(new.split())
    if max(len(old), len(new)) <= MOST_SHOWN:
        return old, new
    pairs = zip(old, new, strict=False)
    first = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(old), len(new)))
    start = max(0, first - _BEFORE)
    return _piece(old, start), _piece(new, start)


def _piece(text: str, start: int) -> str:
    end = start + MOST_SHOWN
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _set(text: str, language: str, *, quoted: bool) -> str:
    """As it stands within a sentence; Chinese quotation marks keep their own distance."""
    if quoted:
        return _quoted(text, language)
    return text if language == "en" else f" {text} "


def _quoted(text: str, language: str) -> str:
    return f'"{text}"' if language == "en" else f"“{text}”"


def _space(language: str) -> str:
    return " " if language == "en" else ""


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
