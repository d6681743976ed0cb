"""A YAML source is read as dicts, lists and texts, and whatever is wrong with it is told at a place that exists."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.engine.pointer import join, nearest, split
from core.engine.yaml_source import MAX_BYTES, MAX_DEPTH, MAX_NODES, Tree, read_yaml
from core.kit.errors import Invalid
from tests.engine.flow_parts import resolve


def codes(source: bytes) -> list[tuple[str, str]]:
    return [(problem.code, problem.pointer) for problem in read_yaml(source).problems]


def refusal(source: bytes) -> list[str]:
    with pytest.raises(Invalid) as caught:
        read_yaml(source)
    assert all(set(problem.message) == {"zh-CN", "en"} for problem in caught.value.problems)
    return [problem.code for problem in caught.value.problems]


def test_every_scalar_stays_text() -> None:
    source = b"on: on\nNO: NO\ntime: 9:30\nzero: 0123\nhex: 0x1F\nnull: ~\nempty:\nfloat: 1e3\n"
    source += b"date: 2026-05-01\nlist: [yes, 1]\n"
    assert read_yaml(source).data == {
        "on": "on",
        "NO": "NO",
        "time": "9:30",
        "zero": "0123",
        "hex": "0x1F",
        "null": "~",
        "empty": "",
        "float": "1e3",
        "date": "2026-05-01",
        "list": ["yes", "1"],
    }


def test_the_version_line_does_not_bring_the_old_types_back() -> None:
    assert read_yaml(b"%YAML 1.1\n---\na: on\nb: 0123\n").data == {"a": "on", "b": "0123"}


def test_a_byte_order_mark_and_folded_text_are_read() -> None:
    assert read_yaml("\ufeffa: >-\n  x\n  y\nb: |\n  z\n".encode()).data == {"a": "x y", "b": "z\n"}


def test_lines_are_told_for_every_place() -> None:
    lines = read_yaml(b"a:\n  - x\n  - b: y\n").lines
    assert lines == {"": 1, "/a": 2, "/a/0": 2, "/a/1": 3, "/a/1/b": 3}


def test_a_doubled_key_is_told_and_the_first_counts() -> None:
    document = read_yaml(b"a: 1\nb: {c: 1, c: {d: 2, d: 3}}\na: 2\n")
    assert document.data == {"a": "1", "b": {"c": "1"}}
    found = [(problem.code, problem.pointer) for problem in document.problems]
    assert found[0] == ("yaml.duplicate_key", "/b/c")
    assert found[-1] == ("yaml.duplicate_key", "/a")
    assert "Line 3" in document.problems[-1].message["en"]
    assert "第 3 行" in document.problems[-1].message["zh-CN"]


def test_aliases_are_not_followed_and_tags_not_obeyed() -> None:
    source = b"a: &x {b: 1}\nc: *x\nd: !!python/object/apply:os.system [ls]\ne: !!int 3\n"
    document = read_yaml(source)
    assert document.data == {"a": {"b": "1"}, "c": "", "d": ["ls"], "e": "3"}
    assert codes(source) == [("yaml.alias", "/c"), ("yaml.tag", "/d"), ("yaml.tag", "/e")]


def test_merge_keys_mean_nothing() -> None:
    assert read_yaml(b"c: {<<: {p: 1}}\n").data == {"c": {"<<": {"p": "1"}}}


def test_a_key_that_is_no_text_is_told_and_its_value_left_out() -> None:
    source = b"a: 1\n? [x, {y: z}]\n: {q: [1], q: 2}\nb: 2\n? *k\n: v\n"
    assert read_yaml(source).data == {"a": "1", "b": "2"}
    assert [code for code, _ in codes(source)].count("yaml.key") == 2


def test_control_characters_that_an_escape_brings_in_are_told() -> None:
    source = b'a: "x\\0y"\nb: "\\ud800"\n"\\x01": z\nc: "tab\\tline\\n"\n'
    assert read_yaml(source).data == {"a": "", "b": "", "c": "tab\tline\n"}
    assert codes(source) == [("yaml.control", "/a"), ("yaml.control", "/b"), ("yaml.control", "")]


def test_a_character_in_two_json_escapes_is_one() -> None:
    assert read_yaml(json.dumps({"a": "签𠮷😀"}).encode()).data == {"a": "签𠮷😀"}


@pytest.mark.parametrize(
    "source,code",
    [
        (b"a: [b", "yaml.syntax"),
        (b"a: {b: 1}\n- x", "yaml.syntax"),
        (b"a:\n\t- b", "yaml.syntax"),
        (b"a: \x00", "yaml.syntax"),
        (b'"\\UFFFFFFFF"', "yaml.syntax"),
        (b"%YAML 1.20\n---\na", "yaml.syntax"),
        (b"%YAML 3.0\n---\na", "yaml.syntax"),
        (b"", "yaml.empty"),
        (b"# nothing\n", "yaml.empty"),
        (b"a: \xe4", "yaml.encoding"),
        (b"\xff\xfea\x00:\x00 \x00b\x00", "yaml.encoding"),
        (b"[" * 5000, "yaml.depth"),
        (b"- " * 5000, "yaml.depth"),
        (b"{a: " * 5000, "yaml.depth"),
        (b"? " * 5000, "yaml.depth"),
        (b"[" + b"a," * MAX_NODES + b"a]", "yaml.values"),
        (b"a: " + b"x" * MAX_BYTES, "yaml.size"),
    ],
)
def test_what_cannot_be_read_is_refused(source: bytes, code: str) -> None:
    assert refusal(source)[-1] == code


def test_the_limits_themselves_are_still_read() -> None:
    assert read_yaml(b"[" * MAX_DEPTH + b"]" * MAX_DEPTH).problems == ()
    assert read_yaml(b"a: " + b"x" * (MAX_BYTES - 3)).problems == ()


def test_a_second_document_is_told() -> None:
    assert read_yaml(b"a: 1\n---\nb: 2\n").data == {"a": "1"}
    assert codes(b"a: 1\n---\nb: 2\n") == [("yaml.documents", "")]


TEXTS = st.text(st.characters(categories=("L", "N", "P", "S", "Zs"), exclude_characters="\ufeff"))
TREES: st.SearchStrategy[Tree] = st.recursive(
    TEXTS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4), max_leaves=20
)


@given(TREES)
def test_what_is_written_as_json_is_read_back(tree: Tree) -> None:
    document = read_yaml(json.dumps(tree).encode())
    assert document.data == tree
    assert document.problems == ()
    assert all(resolve(tree, pointer) is not None for pointer in document.lines)


TOKENS = st.sampled_from(
    [
        *("a", ": ", "- ", "\n", "  ", '"', "'", "\\", "\\U00110000", "{", "}", "[", "]", ",", "&a ", "*a", "!t "),
        *("!!", "%YAML 1.9\n", "---\n", "...", "|", ">", "? ", "#", "\t", "<<: ", "é", "签", "\x85", "\u2028"),
        *("\x07", "@", "`"),
    ]
)


@given(st.lists(TOKENS, max_size=24).map("".join))
def test_any_source_is_read_or_refused_and_every_pointer_resolves(source: str) -> None:
    try:
        document = read_yaml(source.encode())
    except Invalid as invalid:
        problems, data = invalid.problems, None
    else:
        problems, data = document.problems, document.data
    assert problems or data is not None
    for problem in problems if data is not None else ():
        resolve(data, problem.pointer)


@given(st.lists(TEXTS, max_size=5))
def test_pointers_are_taken_apart_as_they_were_joined(parts: list[str]) -> None:
    assert split(join("", *parts)) == parts


def test_the_nearest_place_is_the_longest_that_is_there() -> None:
    document = {"a": [{"b~/": "x"}]}
    assert nearest(document, "/a/0/b~0~1/deeper") == "/a/0/b~0~1"
    assert nearest(document, "/a/1/b") == "/a"
    assert nearest(document, "/a/00") == "/a"
    assert nearest(document, "/c/0") == ""
