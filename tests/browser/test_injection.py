"""Twenty thousand things that people could write, through the bot's sentences into the page of a real browser."""

import random
from typing import Any

import pytest

from adapters.webchat.render import body_of
from bot.texts.catalogue import built_in
from core.channel.outbound import Button, Card, OutboundMessage
from tests.bot.test_injection import PAYLOADS
from tests.browser.server import DemoServer
from tests.services.browser import Visitors

EXAMPLES = 20_000
BATCH = 1_000
LONGEST = 10_000  # characters of one value
ALPHABETS = (
    "".join(map(chr, range(32, 127))),
    "<>&\"'`{}[]()!@#$%*_~|\\/=:;-+?.,",
    "你好材料护照，。《》“”",
    "\u200b\u200e\u200f\u202a\u202b\u202d\u202e\u2066\u2069\ufeff\u00ad\u0301",
    "\U0001f469\u200d\U0001f4bb✅⬜🕓↩▰▱█░▶○\ufe0f",
    "\x00\x07\x1b\x7f\x85\u2028\u2029\t",
)
TEXTS = built_in()

DRAW = """
async (cards) => {
  const { draw } = await import("/chat/static/bubble.js");
  const plain = new Set(["DIV", "H2", "P", "DL", "DT", "DD", "BUTTON", "SPAN", "svg", "path", "circle", "rect", "use"]);
  const wrong = [];
  for (const [index, card] of cards.entries()) {
    const box = draw({ card }, { onPress: () => {} });
    const all = [...box.querySelectorAll("*")];
    const text = (selector) => [...box.querySelectorAll(selector)].map((each) => each.textContent);
    const same = (selector, wanted) => JSON.stringify(text(selector)) === JSON.stringify(wanted.filter(Boolean));
    if (!same(".card-title", [card.title])) wrong.push([index, "title"]);
    if (!same(".text", [card.text])) wrong.push([index, "text"]);
    if (!same(".footer", [card.footer])) wrong.push([index, "footer"]);
    if (!same("dt", card.facts.map(([label]) => label))) wrong.push([index, "label"]);
    if (!same("dd", card.facts.map(([, value]) => value))) wrong.push([index, "value"]);
    if (!same("button", card.buttons.map((each) => each.label))) wrong.push([index, "button"]);
    for (const e of all) {
      if (!plain.has(e.tagName)) wrong.push([index, e.tagName]);
      for (const { name } of e.attributes) if (name.startsWith("on")) wrong.push([index, name]);
    }
  }
  return wrong;
}
"""


def said(chance: random.Random) -> str:
    """Something that somebody might write, or send in the hope that it does harm; never empty."""
    pieces = []
    for _ in range(chance.randint(1, 4)):
        if chance.random() < 0.3:
            pieces.append(chance.choice(PAYLOADS))
        else:
            pieces.append("".join(chance.choices(chance.choice(ALPHABETS), k=chance.randint(1, 40))))
    words = chance.choice(("", " ", "\n", "\r\n")).join(pieces)
    return (words * (LONGEST // len(words) + 1))[:LONGEST] if chance.random() < 0.005 else words


def card_of(chance: random.Random, key: str) -> dict[str, Any]:
    language = chance.choice(("zh-CN", "en"))
    filled = TEXTS.say(language, key, dict.fromkeys(TEXTS.holes(key) or (), said(chance)))
    facts = tuple((said(chance), said(chance)) for _ in range(chance.randint(1, 2)))
    buttons = (Button(token="t", label=said(chance)),)
    card = Card(title=said(chance), text=filled, facts=facts, footer=said(chance), buttons=buttons)
    found: dict[str, Any] = body_of(OutboundMessage(card=card))["card"]
    return found


@pytest.mark.parametrize("first", range(0, EXAMPLES, EXAMPLES // 4))
def test_words_stay_words_in_the_page(demo: DemoServer, visitors: Visitors, first: int) -> None:
    """Of every card, each part reads exactly as it was written, and nothing else came into being."""
    chance, keys = random.Random(first), sorted(TEXTS.keys())
    page = visitors.page()
    page.goto(f"{demo.url}/chat/client/")
    for start in range(first, first + EXAMPLES // 4, BATCH):
        cards = [card_of(chance, keys[(start + n) % len(keys)]) for n in range(BATCH)]
        assert page.evaluate(DRAW, cards) == []
