"""What a scrape gives, as a table of samples."""

from typing import Any
from urllib.request import urlopen

from prometheus_client.parser import text_string_to_metric_families

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def scrape(port: int | None) -> str:
    """The page of the metrics as Prometheus reads it."""
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:  # the address is our own
        text: str = answer.read().decode()
    return text


def samples(text: str) -> Samples:
    return {
        (each.name, frozenset(each.labels.items())): each.value
        for family in text_string_to_metric_families(text)
        for each in family.samples
    }


def value(found: Samples, name: str, **labels: Any) -> float:
    """One sample; 0 for one that has not happened yet."""
    return found.get((name, frozenset((key, str(each)) for key, each in labels.items())), 0.0)
