"""The vault: what is sealed opens only in its own place, unchanged, and with its key."""

import base64
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from core.kit.crypto import (
    MissingKey,
    Tampered,
    UnknownKey,
    Vault,
    generate_key,
    key_id_of,
    parse_keys,
)

KEY_A = bytes(range(32))
KEY_B = bytes(range(32, 64))
VAULT = Vault({"k1": KEY_A}, "k1")


@dataclass(frozen=True, slots=True)
class Ring:
    keys: SecretStr | None


@given(st.binary(max_size=200), st.integers(min_value=-(2**63), max_value=2**63 - 1))
def test_what_is_sealed_opens_again_and_hides_the_plaintext(plaintext: bytes, row_id: int) -> None:
    sealed = VAULT.seal("clients", "phone", row_id, plaintext)
    assert VAULT.open("clients", "phone", row_id, sealed) == plaintext
    assert len(sealed) == len(plaintext) + 30 + len("k1")
    if len(plaintext) >= 4:
        assert plaintext not in sealed


def test_the_same_value_never_looks_the_same_twice() -> None:
    sealed = {VAULT.seal("clients", "phone", 1, b"13800000000") for _ in range(500)}
    assert len(sealed) == 500


@pytest.mark.parametrize(
    ("table", "column", "row_id"),
    [
        ("clients", "phone", 2),
        ("clients", "email", 1),
        ("staff", "phone", 1),
        ("client", "sphone", 1),  # the same letters with the border moved
        ("clientsp", "hone", 1),
    ],
)
def test_a_value_moved_to_another_cell_is_refused(table: str, column: str, row_id: int) -> None:
    sealed = VAULT.seal("clients", "phone", 1, b"13800000000")
    with pytest.raises(Tampered):
        VAULT.open(table, column, row_id, sealed)


def test_every_flipped_bit_and_every_cut_is_refused() -> None:
    sealed = VAULT.seal("clients", "phone", 1, b"13800000000")
    for bit in range(len(sealed) * 8):
        changed = bytearray(sealed)
        changed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Tampered):
            VAULT.open("clients", "phone", 1, bytes(changed))
    for length in range(len(sealed)):
        with pytest.raises(Tampered):
            VAULT.open("clients", "phone", 1, sealed[:length])
    with pytest.raises(Tampered):
        VAULT.open("clients", "phone", 1, sealed + b"\0")


def test_text_comes_back_as_text_and_bytes_that_are_none_are_refused() -> None:
    assert VAULT.open_text("clients", "name", 7, VAULT.seal_text("clients", "name", 7, "张三")) == "张三"
    with pytest.raises(Tampered):
        VAULT.open_text("clients", "name", 7, VAULT.seal("clients", "name", 7, b"\xff\xfe"))


def test_a_rotated_ring_opens_old_values_and_seals_with_the_new_key() -> None:
    old = VAULT.seal("clients", "phone", 1, b"13800000000")
    ring = Vault({"k2": KEY_B, "k1": KEY_A}, "k2")
    assert ring.open("clients", "phone", 1, old) == b"13800000000"
    new = ring.seal("clients", "phone", 1, b"13800000000")
    assert (key_id_of(old), key_id_of(new)) == ("k1", "k2")
    with pytest.raises(UnknownKey, match="k2"):
        VAULT.open("clients", "phone", 1, new)


def test_a_key_of_the_same_name_with_other_bytes_does_not_open() -> None:
    sealed = VAULT.seal("clients", "phone", 1, b"13800000000")
    with pytest.raises(Tampered):
        Vault({"k1": KEY_B}, "k1").open("clients", "phone", 1, sealed)


def test_the_blind_index_finds_equal_values_of_one_column_only() -> None:
    index = VAULT.blind_index("clients.phone", "13800000000")
    assert index == VAULT.blind_index("clients.phone", "13800000000")
    assert len(index) == 32
    assert index != VAULT.blind_index("clients.phone", "13800000001")
    assert index != VAULT.blind_index("clients.passport", "13800000000")
    assert VAULT.blind_index("ab", "c") != VAULT.blind_index("a", "bc")
    assert index != Vault({"k1": KEY_B}, "k1").blind_index("clients.phone", "13800000000")


def test_during_a_rotation_a_lookup_knows_the_index_under_every_key() -> None:
    ring = Vault({"k1": KEY_A, "k2": KEY_B}, "k2")
    candidates = ring.blind_candidates("clients.phone", "13800000000")
    assert candidates[0] == ring.blind_index("clients.phone", "13800000000")
    assert VAULT.blind_index("clients.phone", "13800000000") in candidates[1:]


def test_a_wrapped_secret_opens_only_with_its_context() -> None:
    wrapped = VAULT.wrap("file:abc", KEY_B)
    assert VAULT.unwrap("file:abc", wrapped) == KEY_B
    for context in ("file:abd", "file:ab", ""):
        with pytest.raises(Tampered):
            VAULT.unwrap(context, wrapped)
    with pytest.raises(Tampered):
        VAULT.open("file", "abc", 0, wrapped)


def test_derived_keys_differ_by_purpose_and_are_never_the_key_itself() -> None:
    derived = [VAULT.derive("audit"), VAULT.derive("links"), VAULT.derive("column"), VAULT.derive("index")]
    assert len({*derived, KEY_A}) == 5
    assert VAULT.derive("audit") == Vault({"k0": KEY_B, "k1": KEY_A}, "k0").derive("audit", "k1")


def test_a_made_key_is_random_and_can_be_read_back() -> None:
    first, second = parse_keys(generate_key("k1")), parse_keys(generate_key("k1"))
    assert list(first) == ["k1"]
    assert len(first["k1"]) == 32
    assert first != second


def test_the_first_key_of_the_setting_is_the_primary_one() -> None:
    entries = f"{generate_key('new')},\n {generate_key('old')}"
    vault = Vault.from_settings(Ring(SecretStr(entries)))
    assert vault.primary == "new"
    assert repr(vault) == "Vault(keys=['new', 'old'], primary='new')"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no encryption key"),
        ("  \n", "no encryption key"),
        ("justakey", "no colon"),
        ("k1:not*base64*", "not base64"),
        ("k1:" + base64.b64encode(b"short-marker").decode(), "12 bytes instead of 32"),
        ("k 1:AAAA", "no colon"),
        ("k/1:" + base64.b64encode(KEY_A).decode(), "1 to 32 letters"),
        (f"k1:{base64.b64encode(KEY_A).decode()} k1:{base64.b64encode(KEY_B).decode()}", "twice"),
    ],
)
def test_an_unusable_ring_names_the_setting_and_the_remedy_but_no_key(text: str, says: str) -> None:
    with pytest.raises(MissingKey, match=says) as caught:
        Vault.from_settings(Ring(SecretStr(text)))
    message = str(caught.value)
    assert "BANLI_KEYS_FILE" in message
    assert "python -m core.kit.crypto" in message
    for secret in text.replace(":", " ").split():
        assert secret not in message or secret in {"k1", "k", "1"}


def test_no_setting_at_all_and_a_foreign_primary_are_refused_too() -> None:
    with pytest.raises(MissingKey, match="BANLI_KEYS"):
        Vault.from_settings(Ring(None))
    with pytest.raises(MissingKey, match="'k9'"):
        Vault({"k1": KEY_A}, "k9")
    with pytest.raises(MissingKey, match="31 bytes"):
        Vault({"k1": KEY_A[:31]}, "k1")
