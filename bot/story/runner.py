"""Plays one story on one channel, step by step, and stops at the first step that does not come out."""

from bot.story.acts import act
from bot.story.cast import bring_in, sign
from bot.story.driver import World
from bot.story.expect import expect
from bot.story.health import check_ledgers
from bot.story.memory import Chat, Memory, NotSo
from bot.story.result import Failure, Result
from bot.story.spec import Script, Step
from bot.story.verbs import ACTS
from core.kit.errors import Refusal


async def play(script: Script, world: World) -> Result:
    """The world must be new: an empty database with tables, at the story's first moment."""
    failure, steps = None, 0
    memory = await begin(script, world)
    for step in script.steps:
        try:
            await _one(step, memory)
        except NotSo as difference:
            failure = Failure(step.number, step.line, step.title, difference.expected, difference.said)
            break
        steps += 1
    return Result(script.path, world.driver.channel, steps, failure, tuple(memory.transcript))


async def begin(script: Script, world: World) -> Memory:
    """Greetings are over when a story begins; what signing an active contract says, too. Raises Refusal, NotSo."""
    memory = Memory(world, await bring_in(script, world), {who: Chat() for who in script.story.people})
    await memory.look()
    contract = script.story.contract
    drafted = contract is not None and contract.state == "draft"
    if drafted:
        _read_all(memory)
    await sign(script, world, memory.cast)
    await memory.look()
    check_ledgers(memory)
    if not drafted:
        _read_all(memory)
    memory.begin_act()
    return memory


async def _one(step: Step, memory: Memory) -> None:
    """Raises NotSo."""
    if step.verb in ACTS:
        await carry_out(step, memory)
    else:
        expect(step, memory)


async def carry_out(step: Step, memory: Memory) -> None:
    """An act, until the house rests. Raises NotSo: a refusal that no dialog has turned into words, or a crash, is a
    difference as well."""
    memory.transcript.append(f"{step.number}. {step.title}")
    memory.begin_act()
    try:
        await act(step, memory)
    except NotSo:
        raise
    except Refusal as refusal:
        raise NotSo("the step is possible", [f"refused: {refusal.code} {refusal}"]) from refusal
    except Exception as error:
        raise NotSo("the step is possible", [f"{type(error).__name__}: {error}"]) from error
    await memory.look()
    check_ledgers(memory)


def _read_all(memory: Memory) -> None:
    for chat in memory.chats.values():
        chat.read = len(chat.shown)
    for gateway, texts in memory.world.gateways.items():
        memory.dispatched[gateway] = len(texts())
