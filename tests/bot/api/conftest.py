"""A script of the clinic `vest` that may enrol."""

from __future__ import annotations

import pytest

from tests.bot.api.keys import Script, script_for
from tests.world import World


@pytest.fixture
def script(lite_world: World) -> Script:
    return script_for(lite_world)
