"""Three small flows that start each other: a study with one application for each school, and a visa of the offer."""

from pathlib import Path

_HERE = Path(__file__).parent
STUDY = (_HERE / "study.yaml").read_text("utf-8")
SCHOOL = (_HERE / "school.yaml").read_text("utf-8")
VISA = (_HERE / "entry_visa.yaml").read_text("utf-8")
ALL = (VISA, SCHOOL, STUDY)
"""In an order in which they can be published."""
