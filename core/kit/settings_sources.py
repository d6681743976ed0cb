"""Where settings are read: environment and secret files over one file; unknown names are refused."""

import difflib
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from dotenv import dotenv_values

PREFIX = "BANLI_"
CONFIG = "BANLI_CONFIG"  # the path of a .toml or .env file
TESTS = "BANLI_TEST_"  # what only the test suite reads; not ours
NESTING = "__"
_FILE = "_file"  # BANLI_KEYS_FILE is the path of a file that holds BANLI_KEYS

ANY = "*"  # in a known key: a name of the operator's choice
Key = tuple[str, ...]  # ("limits", "pages") is limits.pages in TOML and BANLI_LIMITS__PAGES in the environment


class SettingsError(Exception):
    """Settings that cannot be used. ``problems``: a sentence with its remedy for each, no values."""

    def __init__(self, problems: Sequence[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("the settings cannot be used:\n" + "\n".join(f"- {each}" for each in problems))


@dataclass(slots=True)
class Layer:
    """What one source says: values by key, and the name under which each was found."""

    values: dict[Key, object] = field(default_factory=dict)
    origins: dict[Key, str] = field(default_factory=dict)

    def put(self, key: Key, value: object, origin: str) -> None:
        self.values[key] = value
        self.origins[key] = origin

    def tree(self) -> dict[str, object]:
        """The values as nested dicts."""
        root: dict[str, object] = {}
        for key, value in self.values.items():
            nested = value
            for step in reversed(key[1:]):
                nested = {step: nested}
            _merge(root, key[0], nested)
        return root


def variable(key: Key) -> str:
    """The environment variable of a key."""
    return PREFIX + NESTING.join(key).upper()


class Reader:
    """Reads all layers and collects every problem. ``keys`` tells the known keys, true for secrets."""

    def __init__(self, keys: Mapping[Key, bool], folder: Path) -> None:
        self._keys = keys
        self._folder = folder  # relative paths are meant from here
        self.problems: list[str] = []

    def layers(self, environ: Mapping[str, str]) -> list[Layer]:
        """The layers, the strongest first. Look at ``problems`` before using them."""
        layers = [self._variables(_ours(environ), "environment")]
        if (path := self._config(environ)) is not None:
            layers.append(self._file(path))
        return layers

    def _config(self, environ: Mapping[str, str]) -> Path | None:
        if named := environ.get(CONFIG):
            path = self._folder / named
            if path.is_file():
                return path
            self.problems.append(f"{CONFIG} names a file that is not there: {path}")
            return None
        usual = (self._folder / "banli.toml", self._folder / ".env")
        return next((path for path in usual if path.is_file()), None)

    def _file(self, path: Path) -> Layer:
        try:
            if path.suffix == ".toml":
                return self._place(list(_flat(tomllib.loads(path.read_text("utf-8")))), path.name)
            given = {name: value or "" for name, value in dotenv_values(path, encoding="utf-8").items()}
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
            self.problems.append(f"{path.name} cannot be read: {wrong}")
            return Layer()
        return self._variables(given, path.name)

    def _variables(self, given: Mapping[str, str], origin: str) -> Layer:
        pairs: list[tuple[Key, object]] = []
        for name, value in given.items():
            if not name.startswith(PREFIX):
                self.problems.append(f"{origin}: {name} is not a setting; names begin with {PREFIX}")
            elif value != "":  # an empty variable counts as absent, as compose files set them
                pairs.append((tuple(name.removeprefix(PREFIX).lower().split(NESTING)), value))
        return self._place(pairs, origin)

    def _place(self, pairs: Sequence[tuple[Key, object]], origin: str) -> Layer:
        layer = Layer()
        for key, value in pairs:
            base = (*key[:-1], key[-1].removesuffix(_FILE))
            if self._secret_at(key) is not None:
                layer.put(key, value, f"{origin} {self._named(key, origin)}")
            elif base != key and self._secret_at(base):
                self._secret(layer, base, value, f"{origin} {self._named(key, origin)}")
            else:
                self.problems.append(self._unknown(key, origin))
        given = {pair[0] for pair in pairs}
        for key in sorted(given):
            twin = (*key[:-1], key[-1] + _FILE)
            if self._secret_at(key) and twin in given:
                names = f"{self._named(key, origin)} and {self._named(twin, origin)}"
                self.problems.append(f"{origin}: {names} are both set; keep one of them")
        return layer

    def _secret_at(self, key: Key) -> bool | None:
        """Whether it is a secret; None for what is no setting."""
        return next((self._keys[each] for each in (key, (*key[:1], ANY, *key[2:])) if each in self._keys), None)

    def _secret(self, layer: Layer, key: Key, named: object, origin: str) -> None:
        path = self._folder / str(named)
        try:
            text = path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as wrong:
            reason = wrong.strerror if isinstance(wrong, OSError) else "it is not UTF-8 text"
            self.problems.append(f"{origin} names the file {path}, which cannot be read: {reason}")
            return
        if not text:
            self.problems.append(f"{origin} names the file {path}, which is empty")
        layer.put(key, text, origin)

    def _unknown(self, key: Key, origin: str) -> str:
        keys = {self._meant(each, key): secret for each, secret in self._keys.items()}
        known = {self._named(each, origin) for each in keys}
        known |= {self._named((*each[:-1], each[-1] + _FILE), origin) for each, secret in keys.items() if secret}
        name = self._named(key, origin)
        close = difflib.get_close_matches(name, sorted(known), 1)
        hint = f"; did you mean {close[0]}?" if close else ""
        return f"{origin}: {name} is not a setting{hint}"

    @staticmethod
    def _meant(known: Key, key: Key) -> Key:
        """A known key with the name that stands in this one."""
        return tuple(key[at] if step == ANY and at < len(key) else step for at, step in enumerate(known))

    @staticmethod
    def _named(key: Key, origin: str) -> str:
        return ".".join(key) if origin.endswith(".toml") else variable(key)


def _ours(environ: Mapping[str, str]) -> dict[str, str]:
    return {
        name: value
        for name, value in environ.items()
        if name.startswith(PREFIX) and name != CONFIG and not name.startswith(TESTS)
    }


def _flat(table: Mapping[str, object], above: Key = ()) -> Iterator[tuple[Key, object]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, (*above, name))
        else:
            yield (*above, name), value


def _merge(node: dict[str, object], name: str, value: object) -> None:
    present = node.get(name)
    if isinstance(present, dict) and isinstance(value, dict):
        for inner, each in value.items():
            _merge(present, inner, each)
    else:
        node[name] = value
