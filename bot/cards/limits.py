"""A stage's limit in words: when it is due, or that it stands still."""

from bot.cards.context import CardContext
from core.cases.pausing import paused_since
from core.store.sealing import Row


def limit_words(ctx: CardContext, row: Row) -> str:
    """For staff; empty where the stage has none."""
    since = paused_since(row)
    return ctx.when(row["due"]) if since is None else ctx.say("pause.staff", since=ctx.when(since))


def limit_short(ctx: CardContext, row: Row) -> str:
    """As it stands within a sentence of the flow."""
    return ctx.when(row["due"]) if paused_since(row) is None else ctx.say("pause.short")


def progress_line(ctx: CardContext) -> str:
    """For the client, who is told if it is he who is waited for; empty where the stage has no limit."""
    view = ctx.case()
    if paused_since(view.row) is not None:
        pause = view.stage.pause
        waits = pause is not None and pause.until == "client_writes"
        return ctx.say("pause.waits_for_client" if waits else "pause.stands")
    return "" if view.row["due"] is None else ctx.say("progress.due", due=ctx.when(view.row["due"]))
