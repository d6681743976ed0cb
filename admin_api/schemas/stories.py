"""The masked story of a case, in JSON."""

from pydantic import Field

from admin_api.schemas.model import Given
from core.engine.text import Words


class StoryFile(Given):
    """What stands beside the story: its flow, further flows, and tables of the office."""

    name: str = Field(examples=["visa_jp_tourist-v1.yaml", "tables/schools.csv"], description="Seen from the story.")
    content: str


class CaseStory(Given):
    """A real case, masked, as a story that `banli story run` plays."""

    story: str = Field(description="YAML.")
    steps: int
    files: list[StoryFile]
    notes: list[Words] = Field(description="What it does not tell, or tells otherwise than it was.")
