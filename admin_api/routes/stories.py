"""A case as a masked story that can be played."""

from admin_api.desk import AtDesk
from admin_api.need import reaches
from admin_api.route import section
from admin_api.schemas.ids import IdIn
from admin_api.schemas.stories import CaseStory, StoryFile
from core.cases.tables import case
from core.commands.data_rights import ExportClient
from core.engine.office_table_row import text_of
from core.kit.errors import NotFound, NotPossibleNow

STORIES = section("cases")


@STORIES.operation(
    "GET", "/cases/{case_id}/story", reaches(ExportClient.permission, "case", "case_id"), errors=[409, 503]
)
def read_story(desk: AtDesk, case_id: IdIn) -> CaseStory:
    """What people did in a case, masked, with what the flow answers: stand-ins for everything that is personal.

    It is played in a house of its own, which takes seconds; one is made at a time (503 says when to ask again). Every
    look is audited. 409: the client is erased, the case is too long, or this process makes no stories; 422: it would
    still say something personal, or goes by a calendar of the agency's own.
    """
    with desk.look() as reader:
        row = reader.peek(case, case_id)
    if row is None:
        raise NotFound(thing="case", id=case_id)
    if desk.parts.story_of is None:
        raise NotPossibleNow(reason="no_stories")
    made = desk.parts.story_of(row)
    files = [StoryFile(name=name, content=text_of(content)) for name, content in made.files.items()]
    return CaseStory(story=made.text, steps=made.steps, files=files, notes=[dict(each) for each in made.notes])
