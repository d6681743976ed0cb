"""What people write comes out as they wrote it, through every sentence and card: no markup, no template."""

from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.webchat.render import body_of
from bot.cards.wording import MESSAGE_PARAMS
from bot.texts.catalogue import built_in
from core.channel.outbound import Card, OutboundMessage
from core.engine.text import fill, placeholders
from core.ledger.tables import outbox
from tests.bot.chat import CONSULTANT, COPYWRITER, REVIEWER, case_of, new_client, open_case, picture
from tests.house import TestHouse

PAYLOADS = (
    "{name} {owner} {0} {name!r} {name.__class__} {{name}} {name:>99}",
    "{% for x in y %}{{ 7*7 }}{% endfor %} ${7*7} #{7*7}",
    "<b>bold</b><img src=x onerror=alert(1)>&amp;</card>",
    "[click](https://evil.example) `code` *b* _i_ ~s~ @everyone <@all>",
    "\u202etxet desrever\u202c \u200bzero\u200bwidth\ufeff e\u0301 \U0001f469\u200d\U0001f4bb",
    '=HYPERLINK("http://evil") %s %(name)s %n \\n \\u0041',
)
TEXTS = built_in()
_said = st.text(st.characters(exclude_categories=["Cs"]), max_size=60) | st.sampled_from(PAYLOADS)


@settings(max_examples=150)
@given(_said, st.sampled_from(("zh-CN", "en")))
def test_every_sentence_takes_words_literally(said: str, language: str) -> None:
    """Cut the sentence at its placeholders: what stands between the pieces is exactly what was put in."""
    for key in sorted(TEXTS.keys()):
        template = TEXTS.say(language, key)
        names = placeholders(template)
        filled = TEXTS.say(language, key, dict.fromkeys(names, said))
        expected = template
        for name in names:
            expected = expected.replace("{" + name + "}", "\x00")
        assert filled == expected.replace("\x00", said), key


@given(_said)
def test_a_message_of_a_flow_knows_its_own_names_only(said: str) -> None:
    template = "{name}|{secret}|{name}"
    assert fill(template, {"name": said, "secret": "x"}, MESSAGE_PARAMS) == f"{said}|{{secret}}|{said}"


@given(_said)
def test_the_web_page_gets_data_and_no_markup(said: str) -> None:
    card = Card(title=said, text=said, facts=((said, said),), footer=said)
    body = body_of(OutboundMessage(card=card, sender_name=said))
    assert body["sender"] == said
    assert (body["card"]["title"], body["card"]["text"], body["card"]["footer"]) == (said, said, said)
    assert body["card"]["facts"] == [[said, said]]


def test_a_whole_conversation_shows_words_as_they_were_written(agency: TestHouse) -> None:
    """As a client's name, his words, a file's name, an adviser's reply and a reason."""
    consultant, copywriter, reviewer = (agency.people[name] for name in (CONSULTANT, COPYWRITER, REVIEWER))
    for number, payload in enumerate(PAYLOADS):
        client = open_case(agency)
        case_number = case_of(agency, client)["number"]
        client.says("人工")
        client.says(payload)
        assert payload.strip() in copywriter.last
        consultant.says(f"回复 {case_number} {payload}")
        assert client.last == payload.strip()
        client.sends(f"{payload}.jpg", picture(50 + number), "退休证")
        facts = dict(reviewer.messages[-1].message.card.facts)
        assert facts["版本"] == f"第 1 版（{payload}.jpg）"
        reviewer.says(f"退回 {case_number} 退休证 {payload}")
        assert f"《退休证》需要补交：{payload.strip()}" in client.last


def test_a_name_is_only_a_name(agency: TestHouse) -> None:
    for payload in PAYLOADS:
        client = new_client(agency, name=payload)
        client.enters()
        assert f"您好{payload}，" in client.last
    with agency.looking() as reader:
        rows = [row for row in reader.find(outbox) if row["notice"]["kind"] != "stage_work"]  # it may be overtaken
        assert {row["state"] for row in rows} == {"sent"}
