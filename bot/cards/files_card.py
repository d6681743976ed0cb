"""The card about the files that a client has sent: what became of each, and what comes next."""

from collections.abc import Mapping
from typing import Any

from bot.cards.buttons import buttons_of
from bot.cards.context import CardContext
from bot.cards.wording import findings_words, missing_words
from core.cases.pages import count_of
from core.channel.outbound import Card
from core.views.document_view import DocumentView, document_view

MAX_NAMES = 6
_STILL = ("submitted", "partial")


def files_card(ctx: CardContext) -> Card:
    """One file reads as a sentence of its own; several as a list."""
    files = ctx.params["files"]
    versions = list(dict.fromkeys(each["version"] for each in files if each["state"] == "placed"))
    if len(files) == 1:
        return _one(ctx, files[0], versions)
    lines = [line for version in versions for line in _version(ctx, version)]
    lines += [f"✗ {each['name']}{ctx.say('files.colon')}{_sentence(ctx, each)}" for each in _in(files, "said")]
    asked, checking = _in(files, "which"), _in(files, "checking")
    if asked:
        lines.append(ctx.say("files.unplaced", names=_names(ctx, asked)))
    if checking:
        lines.append(ctx.say("files.checking", n=len(checking)))
    if "case" in ctx.subject:
        lines.append(_next(ctx))
    kind = "accepted" if versions else "say"
    if asked:
        lines.append(ctx.say("file.which", name=asked[0]["name"]))
        kind = "which_item"
    title = ctx.say("files.title", n=len(files))
    return Card(title=title, text="\n".join(lines), buttons=buttons_of(ctx), kind=kind)


def _one(ctx: CardContext, sent: Mapping[str, Any], versions: list[int]) -> Card:
    if versions:
        lines = [*_version(ctx, versions[0]), _next(ctx)]
        return Card(text="\n".join(lines), buttons=buttons_of(ctx), kind="accepted")
    if sent["state"] == "which":
        return Card(text=ctx.say("file.which", name=sent["name"]), buttons=buttons_of(ctx), kind="which_item")
    text = ctx.say("file.received") if sent["state"] == "checking" else _sentence(ctx, sent)
    return Card(text=text, buttons=buttons_of(ctx), kind="say")


def _version(ctx: CardContext, version_id: int) -> list[str]:
    """What was made of the files of one version: that it waits for its review or for more files, what checks say."""
    view = document_view(ctx.lookup, ctx.house.catalogue, version_id)
    n, files = view.version["n"], count_of(ctx.lookup, view.version)
    item, whose = ctx.word(view.item.name), _whose(ctx, view)
    if view.version["status"] == "withdrawn":
        return [ctx.say("undo.was", item=item, version=n) + whose]
    if view.version["status"] == "partial":
        return [
            ctx.say("files.partial", item=item, version=n, files=files, missing=view.item.min_files - files) + whose
        ]
    key = "files.accepted" if files > 1 else "file.accepted"
    lines = [ctx.say(key, item=item, version=n, files=files) + whose]
    own = [each for each in view.version["findings"] if not each["check"].startswith("file.")]
    warnings = findings_words(ctx, own, ("warn", "fail"))
    if warnings and view.version["status"] in _STILL:
        lines.append(ctx.say("file.findings", findings="; ".join(warnings)))
    return lines


def _whose(ctx: CardContext, view: DocumentView) -> str:
    """Where several travel together, whose it is."""
    if view.applicant is None or ctx.case().applicants < 2:
        return ""
    return " · " + ctx.shown("client", "name", "name", view.applicant["name"])


def _next(ctx: CardContext) -> str:
    following = missing_words(ctx)
    return ctx.say("file.next", item=following[0]) if following else ctx.say("file.none_left")


def _sentence(ctx: CardContext, sent: Mapping[str, Any]) -> str:
    params = {name: ctx.plain(value) for name, value in sent["params"].items()}
    return ctx.say(sent["key"], **params)


def _names(ctx: CardContext, files: list[Mapping[str, Any]]) -> str:
    names = [str(each["name"]) for each in files[:MAX_NAMES]]
    more = [ctx.say("files.more", n=len(files) - MAX_NAMES)] if len(files) > MAX_NAMES else []
    return ("、" if ctx.language == "zh-CN" else ", ").join([*names, *more])


def _in(files: list[Mapping[str, Any]], state: str) -> list[Mapping[str, Any]]:
    return [each for each in files if each["state"] == state]
