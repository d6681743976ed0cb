"""Webhooks: signed so that others can check it, delivered to the address that was looked at and to no other."""

import asyncio
import base64
import hashlib
import hmac
import json
import ssl
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from adapters.hooks.addresses import Resolve, allowed, resolved
from adapters.hooks.channel import AT_ONCE, HookChannel
from core.channel.inbound import Address
from core.channel.outbound import Card, OutboundMessage, Receipt
from core.channel.port import DeliveryFailed
from core.kit.clock import ManualClock
from core.kit.settings_hooks import Hook
from tests.platforms.receiver import Receiver, receiving

SECRET, OLD = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_" + base64.b64encode(bytes(32)).decode()
NOW = datetime.fromtimestamp(1614265330, UTC)
BODY = '{"test": 2432232314}'
KNOWN = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="  # of this secret, id, moment and body, from Svix's page
TO = Address(channel="hook", account="crm", chat="case:1")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as server:
        yield server


def says(*answers: Sequence[str]) -> Resolve:
    """A resolver that gives these answers, one after the other, the last for ever."""
    left = list(answers)

    async def resolve(_host: str, _port: int) -> Sequence[str]:
        return left.pop(0) if len(left) > 1 else left[0]

    return resolve


def channel(url: str, *, resolve: Resolve = resolved, tls: ssl.SSLContext | None = None, **more: Any) -> HookChannel:
    hook = Hook(url=url, secret=SecretStr(SECRET), **({"private": True} | more))
    return HookChannel("crm", hook, ManualClock(NOW), resolve=resolve, tls=tls)


async def call(through: HookChannel, delivery: str = "msg_p5jXN8AQM9LWM0D4loKWxJek") -> Receipt:
    return await through.send(TO, OutboundMessage(card=Card(title=delivery, text=BODY)))


def failure(through: HookChannel) -> DeliveryFailed:
    with pytest.raises(DeliveryFailed) as caught:
        asyncio.run(call(through))
    return caught.value


def test_what_is_sent_can_be_checked_by_whoever_knows_the_secret(receiver: Receiver) -> None:
    receiver.answers = [(200, {}), (204, {})]
    url = f"http://crm.example:{receiver.server_port}/in?x=%2F1"
    through = channel(url, resolve=says(["127.0.0.1"]), old_secret=SecretStr(OLD))
    assert asyncio.run(call(through)).external_id == "http 200"
    asyncio.run(call(through, "msg_2"))

    (path, heads, body), (_, second, _) = receiver.got
    assert (path, body.decode()) == ("/in?x=%2F1", BODY)
    assert heads["host"] == f"crm.example:{receiver.server_port}"
    assert (heads["webhook-id"], heads["webhook-timestamp"]) == ("msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330")
    present, old = heads["webhook-signature"].split(" ")
    said = f"{heads['webhook-id']}.{heads['webhook-timestamp']}.{BODY}".encode()
    by_old = base64.b64encode(hmac.digest(bytes(32), said, hashlib.sha256)).decode()
    assert hmac.compare_digest(present, KNOWN)
    assert hmac.compare_digest(old, f"v1,{by_old}")
    assert second["webhook-id"] == "msg_2"
    assert not hmac.compare_digest(second["webhook-signature"], heads["webhook-signature"])


PUBLIC = ("8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")
NEAR = ("127.0.0.1", "::1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "100.64.0.1", "fd00::1", "fec0::1", "198.18.0.1",
        "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "203.0.113.1")  # fmt: skip
NEVER = ("169.254.169.254", "fe80::1", "fe80::1%eth0", "::ffff:169.254.169.254", "64:ff9b::a9fe:a9fe", "0.0.0.0", "::",
         "0.1.2.3", "2002:a9fe:a9fe::", "224.0.0.1", "ff02::1", "255.255.255.255", "240.0.0.1", "::7f00:1",
         "100.100.100.200", "fd00:ec2::254", "168.63.129.16", "::ffff:0:0", "nonsense", "")  # fmt: skip


def test_which_addresses_are_allowed() -> None:
    found = {each: (allowed(each, private=False), allowed(each, private=True)) for each in (*PUBLIC, *NEAR, *NEVER)}
    assert {each: found[each] for each in PUBLIC} == dict.fromkeys(PUBLIC, (True, True))
    assert {each: found[each] for each in NEAR} == dict.fromkeys(NEAR, (False, True))
    assert {each: found[each] for each in NEVER} == dict.fromkeys(NEVER, (False, False))


def test_no_way_of_writing_it_leads_to_this_machine(receiver: Receiver) -> None:
    """The certificate does not matter: nothing may connect at all."""
    for host in ("127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "0.0.0.0", "[::]"):
        found = failure(channel(f"https://{host}:{receiver.server_port}/", private=False))
        assert (host, found.args[0], found.permanent) == (host, "forbidden address", True)
    for host in ("2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.0.0.1", "127.0.0.1."):
        with pytest.raises(ValueError, match="no address"):
            Hook(url=f"https://{host}/", secret=SecretStr(SECRET))
    assert receiver.connections == 0


def test_a_name_is_asked_for_once_and_one_bad_address_forbids_all(receiver: Receiver) -> None:
    port = receiver.server_port
    mixed = channel(f"https://a.example:{port}/", private=False, resolve=says(["8.8.8.8", "127.0.0.1"]))
    assert failure(mixed).permanent
    changing = channel(f"https://a.example:{port}/", private=False, resolve=says(["203.0.113.9"], ["127.0.0.1"]))
    assert failure(changing).args[0] == "forbidden address"
    rebound = channel(f"http://a.example:{port}/", resolve=says(["127.0.0.1"], ["169.254.169.254"]))
    asyncio.run(call(rebound))  # the second answer would be another one, and nobody asks for it
    assert len(receiver.got) == 1
    assert failure(rebound).args[0] == "forbidden address"
    assert failure(channel(f"http://a.example:{port}/", resolve=says([]))).args[0] == "no address"
    assert receiver.connections == 1


def test_no_redirect_is_followed_and_no_proxy_taken(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    there = f"http://127.0.0.1:{receiver.server_port}"
    receiver.answers = [(302, {"Location": f"{there}/other"}), (307, {"Location": "http://169.254.169.254/"})]
    through = channel(f"{there}/in")
    assert [(each.args[0], each.permanent) for each in (failure(through), failure(through))] == [
        ("http 302", True),
        ("http 307", True),
    ]
    assert [path for path, _, _ in receiver.got] == ["/in", "/in"]


def test_what_is_tried_again_and_when(receiver: Receiver) -> None:
    in_a_minute = (NOW + timedelta(minutes=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    cases = [
        (410, {}, True, None),
        (400, {"Retry-After": "5"}, True, None),
        (429, {"Retry-After": "30"}, False, 30.0),
        (503, {"Retry-After": in_a_minute}, False, 60.0),
        (500, {"Retry-After": "soon"}, False, None),
        (500, {}, False, None),
    ]
    receiver.answers = [(status, heads) for status, heads, _, _ in cases]
    through = channel(f"http://127.0.0.1:{receiver.server_port}/")
    for status, _, permanent, after in cases:
        found = failure(through)
        assert (found.args[0], found.permanent, found.retry_after) == (f"http {status}", permanent, after)
    receiver.shutdown()
    receiver.server_close()
    gone = failure(through)
    assert (gone.args[0], gone.permanent) == ("no connection", False)


def test_a_receiver_that_hangs_takes_few_hands_and_not_for_long(receiver: Receiver) -> None:
    receiver.go_on.clear()
    through = channel(f"http://127.0.0.1:{receiver.server_port}/", seconds=1)

    async def many() -> list[str]:
        came = await asyncio.gather(*(call(through) for _ in range(AT_ONCE + 3)), return_exceptions=True)
        return sorted(str(each) for each in came)

    assert asyncio.run(many()) == ["busy"] * 3 + ["timeout"] * AT_ONCE
    assert through._under_way == 0


def certificate(folder: Path, name: str) -> Path:
    """A certificate for this name that trusts itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    called = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(called)
        .issuer_name(called)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return path


def test_the_certificate_must_be_that_of_the_name(receiver: Receiver, tmp_path: Path) -> None:
    path = certificate(tmp_path, "crm.example")
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    asked: list[str | None] = []
    server.sni_callback = lambda _line, name, _context: asked.append(name)
    receiver.socket = server.wrap_socket(receiver.socket, server_side=True)
    trusting = ssl.create_default_context(cafile=str(path))

    def through(name: str) -> HookChannel:
        url = f"https://{name}:{receiver.server_port}/"
        return channel(url, resolve=says(["127.0.0.1"]), tls=trusting)

    assert asyncio.run(call(through("crm.example"))).external_id == "http 204"
    assert failure(through("other.example")).args[0] == "no connection"
    assert asked == ["crm.example", "other.example"]
    assert len(receiver.got) == 1
    assert json.loads(receiver.got[0][2]) == {"test": 2432232314}
