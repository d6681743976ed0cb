"""The text catalogues: a folder per language with a file per subject, `{name}` placeholders and nothing else."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ruamel.yaml import YAML

from core.engine.text import LANGUAGES, fill, placeholders
from core.files.checks.seen import DATE_WORDS
from core.files.verdicts import SEEN, VERDICTS
from core.staff.policy import ROLES

FOLDER = Path(__file__).parent


class Texts:
    """Looks sentences up; a key that is missing in a language is told at start-up, not to a client.

    Two are equal that were made from the same catalogues: a flow that was looked over with the one is with the other.
    """

    def __init__(self, catalogues: Mapping[str, Mapping[str, str]]) -> None:
        self._catalogues = catalogues
        keys = set().union(*(catalogue.keys() for catalogue in catalogues.values()))
        gaps = [f"{language}: {key}" for language in LANGUAGES for key in sorted(keys - catalogues[language].keys())]
        if gaps:
            raise RuntimeError(f"texts are missing: {', '.join(gaps)}")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Texts) and self._catalogues is other._catalogues

    def __hash__(self) -> int:
        return id(self._catalogues)

    def say(self, language: str, key: str, params: Mapping[str, object] | None = None) -> str:
        """The sentence with its placeholders filled. Raises KeyError for a key that nobody wrote."""
        catalogue = self._catalogues.get(language, self._catalogues[LANGUAGES[0]])
        values = params or {}
        return fill(catalogue[key], values, values.keys())

    def holes(self, key: str) -> frozenset[str] | None:
        """The placeholders of a sentence, None for a key that nobody says."""
        sentence = self._catalogues[LANGUAGES[0]].get(key)
        return None if sentence is None else placeholders(sentence)

    def written(self, language: str, key: str) -> str:
        """The sentence with its placeholders as they are. Raises KeyError."""
        return self._catalogues[language][key]

    def has(self, key: str) -> bool:
        return key in self._catalogues[LANGUAGES[0]]

    def keys(self) -> frozenset[str]:
        return frozenset(self._catalogues[LANGUAGES[0]])


def built_in() -> Texts:
    """The sentences that come with Banli."""
    return Texts(sentences())


@cache
def sentences() -> dict[str, dict[str, str]]:
    """By language and key: the files here, and what stands beside its rule, the roles and what is wrong with a file."""
    beside = {f"role.{role}": words for role, words in ROLES.items()}
    beside |= {f"file_kind.{kind}": words for kind, words in SEEN.items()}
    beside |= {f"date_name.{name}": words for name, words in DATE_WORDS.items()}
    beside |= {f"unusable.{code}": words for code, words in VERDICTS.items()}
    return {
        language: _folder(FOLDER / language) | {key: words[language] for key, words in beside.items()}
        for language in LANGUAGES
    }


def _folder(folder: Path) -> dict[str, str]:
    """Every sentence of one language. Raises RuntimeError for a subject that stands in two files."""
    reader = YAML(typ="safe", pure=True)
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.yaml")):
        sentences = _flat(reader.load(path.read_text("utf-8")))
        if twice := found.keys() & sentences.keys():
            raise RuntimeError(f"{path.name}: written twice: {', '.join(sorted(twice))}")
        found.update(sentences)
    return found


def _flat(tree: Mapping[str, object], above: str = "") -> dict[str, str]:
    """`{"menu": {"title": ..}}` as `{"menu.title": ..}`."""
    found: dict[str, str] = {}
    for key, value in tree.items():
        if isinstance(value, Mapping):
            found.update(_flat(value, f"{above}{key}."))
        else:
            found[above + str(key)] = str(value)
    return found
