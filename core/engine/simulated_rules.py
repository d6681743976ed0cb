"""What the rules of two versions of a flow would have done about the same events: counted, never done."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from core.engine.conditions import Verdict
from core.engine.facts import event_facts
from core.engine.flow import Flow, Rule, Stage
from core.engine.machine import CompiledFlow
from core.engine.spec_rules import ActionCall
from core.engine.text import Words

MOST_REASONS = 3  # why a rule did not act, the most frequent first
MOST_CASES = 5  # of a rule, in which it acts otherwise
TO_CLIENT = frozenset({"ask_survey", "notify_client", "send_content", "send_mail", "send_sms"})


@dataclass(frozen=True, slots=True)
class Occurrence:
    """What a rule is asked about: an event by its name and its attributes, or (``rule``) the moment of one rule."""

    case: str  # its number; empty: it is not to be named
    on: str = ""
    said: Mapping[str, object] = field(default_factory=dict)
    rule: str = ""


@dataclass(slots=True)
class Side:
    """How often a rule of one version was asked, and acted; ``held``: its messages to the client that a gag holds."""

    acted: int = 0
    refrained: int = 0
    held: int = 0


@dataclass(slots=True)
class Tally:
    """One rule, by its key, in both versions. ``why`` counts what was not met in the newer one."""

    key: str
    name: Words
    gone: bool  # the newer flow does not have it
    new: bool  # no version that a case is on has it
    before: Side = field(default_factory=Side)
    after: Side = field(default_factory=Side)
    why: Counter[tuple[str, str]] = field(default_factory=Counter)  # zh-CN, en
    newly: int = 0  # how often it would act where it does not by the older version
    cases: list[str] = field(default_factory=list)  # numbers of cases of which that is so

    @property
    def differs(self) -> bool:
        return self.gone or self.new or self.before != self.after or self.newly > 0

    def reasons(self) -> list[tuple[Words, int]]:
        return [({"zh-CN": zh, "en": en}, many) for (zh, en), many in self.why.most_common(MOST_REASONS)]


class Tallies:
    """Collects verdicts; ``actions`` counts calls of each action of rules that act, before and after."""

    def __init__(self, newer: Flow, olders: Iterable[Flow]) -> None:
        self.rules: dict[str, Tally] = {}
        self.actions_before: Counter[str] = Counter()
        self.actions_after: Counter[str] = Counter()
        known: dict[str, Words] = {}
        for older in olders:
            known |= {rule.key: rule.name for rule in older.rules}
        for rule in newer.rules:
            self.rules[rule.key] = Tally(rule.key, dict(rule.name), gone=False, new=rule.key not in known)
        for key, name in known.items():
            self.rules.setdefault(key, Tally(key, dict(name), gone=True, new=False))

    def add(
        self,
        case: str,
        before: Mapping[str, tuple[Rule, Verdict]],
        after: Mapping[str, tuple[Rule, Verdict]],
        places: tuple[Stage | None, Stage | None] = (None, None),
    ) -> None:
        """What the rules of either version say to one occurrence, by rule. ``places``: where the case was then, as
        either version knows it; None: not known."""
        for key, (rule, verdict) in before.items():
            gone = Tally(key, dict(rule.name), gone=True, new=False)  # of a version that came while cases were read
            self._count(self.rules.setdefault(key, gone).before, rule, verdict, self.actions_before, places[0])
        for key, (rule, verdict) in after.items():
            tally = self.rules[key]
            self._count(tally.after, rule, verdict, self.actions_after, places[1])
            tally.why.update((words["zh-CN"], words["en"]) for words in verdict.unmet)
            acted_before = key in before and before[key][1].ok
            if verdict.ok and not acted_before:
                tally.newly += 1
                if case and case not in tally.cases and len(tally.cases) < MOST_CASES:
                    tally.cases.append(case)

    @staticmethod
    def _count(side: Side, rule: Rule, verdict: Verdict, actions: Counter[str], place: Stage | None) -> None:
        if verdict.ok:
            side.acted += 1
            side.held += sum(_held(call, place) for call in rule.then)
            actions.update(call.action for call in rule.then)
        else:
            side.refrained += 1


def place_of(compiled: CompiledFlow, stage: str | None) -> Stage | None:
    """The stage as this version knows it; None: it does not, or where the case was is not known."""
    return next((each for each in compiled.flow.stages if each.key == stage), None)


def _held(call: ActionCall, place: Stage | None) -> bool:
    if place is None or not place.gag or call.action not in TO_CLIENT:
        return False
    return call.args.get("message") not in place.gag_except


def verdicts(
    compiled: CompiledFlow, occurrence: Occurrence, facts: Mapping[str, object]
) -> dict[str, tuple[Rule, Verdict]]:
    """What each rule that waits for this says, by its key. ``facts`` are the case's; the event's are laid over them."""
    rules = [each for each in compiled.flow.rules if _waits(each, occurrence)]
    return {rule.key: (rule, _verdict(compiled, rule, occurrence, facts)) for rule in rules}


def waited_for(compiled: CompiledFlow) -> frozenset[str]:
    """Names of the events that some rule waits for."""
    return frozenset(rule.on for rule in compiled.flow.rules if rule.on is not None)


def _waits(rule: Rule, occurrence: Occurrence) -> bool:
    return rule.key == occurrence.rule if occurrence.rule else rule.on == occurrence.on and rule.on is not None


def _verdict(compiled: CompiledFlow, rule: Rule, occurrence: Occurrence, facts: Mapping[str, object]) -> Verdict:
    condition = compiled.required.get(("rule", rule.key))
    if condition is None:
        return Verdict(True)
    return condition.check({**facts, **event_facts(occurrence.said)})
