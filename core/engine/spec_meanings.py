"""What every key of the flow language means, in one place: for the schema that editors read and for the reference page.

By part (the class of the spec, or an action's name) and key as it is written in a file. A key without a meaning, and a
meaning without a key, stop the making of the schema's description.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

_KEY: Final = "What it is called by elsewhere: a-z, 0-9 and _, at most 48 characters."
_NAME: Final = "What people read."
_WHEN: Final = "Required while this holds; absent: always."

_FLOW: Final = {
    "Flow": {
        "key": "What the flow is called by; the same in all its versions.",
        "version": "Raised for every change: a published version never changes.",
        "kind": "What kind of work it is.",
        "name": "What people read; the client too.",
        "meta": "What the flow is found by, such as country and visa; free.",
        "roles": "The roles that take part; every role that is named below must be listed.",
        "languages": "The languages of its texts.",
        "calendar": "Name of the calendar of working hours and holidays.",
        "params": "Figures that somebody else may change, used as ${key}.",
        "applicant_types": "The kinds of applicant, known to conditions as applicant.type.",
        "fields": "Facts of the case.",
        "stages": "Where a case can be; the first is where it begins, and they are shown in this order.",
        "transitions": "How a case moves between stages.",
        "items": "Documents on the checklist.",
        "groups": "Alternatives among the items.",
        "rules": "What happens by itself.",
        "reasons": "Why a document may be refused.",
        "messages": "What rules say to people, by key.",
        "texts": "Sentences of the bot itself in this flow's words, by their key.",
    },
    "Choice": {"key": "What is stored: a-z, 0-9 and _, at most 48 characters.", "name": _NAME},
    "Param": {
        "value": "A text, a list or a mapping.",
        "as_of": "The day on which somebody looked it up.",
        "source": "Where it was looked up.",
    },
    "Field": {
        "key": "Known to conditions as case.<key>.",
        "name": _NAME,
        "type": "What it holds; money is in minor units.",
        "choices": "What may be chosen; needed by enum and multi.",
        "pii": "What kind of personal data it is.",
        "ask": "The bot's question to the client.",
        "source": "Who gives it: the client, staff, or nobody.",
        "required_when": "When it is asked for; absent: always. It blocks nothing, only guards block.",
    },
    "Stage": {
        "key": _KEY,
        "name": _NAME,
        "client_text": "Explains the stage to the client; may hold placeholders.",
        "owner": "The role that is in charge.",
        "due": "How long it may take from entering.",
        "remind": "So many days before `due` the client is reminded; absent: the agency's days, []: never.",
        "weight": "Its share of the progress in percent; all stages together make 100.",
        "waiting_on": "Who is being waited for.",
        "substates": "Sub-statuses; those that a transition sets are set by it alone.",
        "exit_form": "Fields that staff are asked for before they leave the stage.",
        "part_of": "Makes it internal: the client sees that stage instead.",
        "final": "The case ends here.",
    },
    "Transition": {
        "key": "The trigger.",
        "from": "The stages that it leads out of.",
        "to": "The stage that it leads to.",
        "label": "The words on its button: at most 24 columns, a Chinese character takes two.",
        "by": "The roles that may take it; system stands for rules, client for the client.",
        "when": "The guard: it can be taken only while this holds.",
        "substate": "The sub-status that is set on arrival.",
        "outcome": "The outcome that is set on arrival.",
        "form": "Fields that staff are asked for when they press this button.",
        "button": "Whether it is shown on cards.",
        "confirm": "Whether to ask once more before the step is taken.",
    },
    "Item": {
        "key": _KEY,
        "name": _NAME,
        "requirement": "What the client must send.",
        "sample": "What a good one looks like, in words.",
        "picture": "File in samples/ beside the flow that shows a good one.",
        "per": "Asked of each applicant, or once per case.",
        "required_when": _WHEN,
        "group": "Key of the group of which it is an alternative.",
        "min_files": "Files that a version has at least.",
        "max_files": "Files that a version has at most.",
        "accept": "Kinds of file that are taken.",
        "max_mb": "Size of one file at most, in MB.",
        "original": "Whether the paper itself is wanted.",
        "translate": "Whether it must be translated.",
        "checks": "Findings for the reviewer; none decides.",
        "reuse": "Whether a fresh file of an earlier case may be taken.",
        "proof": "A receipt that is never asked of the client; guards test docs.proof.<key>.",
        "submit_by": "Who hands it in.",
    },
    "Group": {"key": _KEY, "name": _NAME, "min": "So many of its items are enough.", "required_when": _WHEN},
    "Rule": {
        "key": _KEY,
        "name": _NAME,
        "on": "The event that it waits for; either this or `at`.",
        "at": "The moment that it waits for; either this or `on`.",
        "when": "It acts only if this holds.",
        "then": "Actions, done in this order.",
    },
    "At": {"anchor": "stage.due or case.<date field>.", "offset": "Before (-) or after the anchor."},
    "ActionCall": {"action": "What to do.", "args": "Its arguments: the part of that name, such as create_task."},
    "ConditionSpec": {"all": "Each of these holds.", "any": "One or more hold.", "none": "Not one holds."},
    "Clause": {
        "field": "Name of the fact.",
        "op": "How it is compared.",
        "value": "What it is compared with; a list for in and not_in.",
        "cel": "A CEL expression over the facts, instead of field, op and value.",
        "label": "The sentence that is shown when it is not met.",
    },
}
_CHECKS: Final = {
    "ExpiryAfter": {"field": "The date field.", "months": "So many months after it at least."},
    "IssuedWithin": {"years": "Issued no more than so many years ago."},
    "Fresh": {"days": "Issued no more than so many days before.", "at": "The date field; absent: the review's day."},
    "Covers": {"start": "The date field of the first day.", "end": "The date field of the last day."},
    "AmountMin": {"amount": "Decimal text or a money field.", "currency": "Its currency."},
    "HeldDays": {"days": "For so many days.", "amount": "Decimal text or a money field."},
    "Photo": {
        "width_mm": "Width in mm.",
        "height_mm": "Height in mm.",
        "background": "What is behind the head.",
        "max_age_days": "No older than so many days.",
    },
    "Keywords": {"any": "One of these words at least."},
    "NumberMatch": {"field": "The text field; absent: the passport number."},
    "Sharp": {"warn": "Below this sharpness a warning.", "reject": "Below this, advice to send it again."},
    "PagesMin": {"n": "Pages, or pictures, at least."},
}
_MESSAGE: Final = "Key of one of the flow's messages."
_ACTIONS: Final = {
    "notify_client": {"message": _MESSAGE},
    "send_sms": {"message": _MESSAGE},
    "send_mail": {"message": _MESSAGE},
    "notify_staff": {"role": "Whose person on the case is told.", "message": _MESSAGE},
    "create_task": {
        "role": "Whose task it is.",
        "title": "What is to be done.",
        "due": "How long it may take.",
        "stage": "It ends when the case leaves this stage; current: where the case is then.",
    },
    "advance_case": {"trigger": "Key of a transition whose `by` lists system."},
    "open_items": {"items": "Keys of the items.", "reason": "What the client reads."},
    "ask_survey": {"question": _MESSAGE},
}
KIND: Final = "Which check it is."
MEANINGS: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({**_FLOW, **_CHECKS, **_ACTIONS})
