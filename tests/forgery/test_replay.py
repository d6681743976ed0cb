"""A captured request that is sent again has had its effect: at once, later, after a restart, in parallel."""

from pathlib import Path

import pytest

from tests.forgery.description import folders
from tests.forgery.replay import replay
from tests.services.databases import KINDS, Databases, Kind


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("folder", folders())
def test_a_request_has_one_effect_however_often_it_comes(
    folder: str, kind: Kind, databases: Databases, tmp_path: Path
) -> None:
    with databases.fresh(kind) as url:
        told = replay(url, tmp_path, folder, count=18)
    assert not told.wrong, told
    assert told.captured >= 20
    assert told.sent == told.captured * 10 * 5  # at three moments, after a restart, and new ones in parallel
