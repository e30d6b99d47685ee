"""How tests are shared among workers (`pytest -n 2`): whole files, the longest first."""

from __future__ import annotations

import pytest
from _pytest.fixtures import SubRequest
from xdist.scheduler import LoadScopeScheduling

# Folders whose files share something large that runs: one worker gets them all.
_TOGETHER = (
    "tests/e2e/",
    "gateway/tests/integration/signin/",
    "gateway/tests/integration/test_edge_",
    "gateway/tests/integration/test_rights.py",  # has an edge of its own
    "gateway/tests/integration/",
)
# What takes longest begins first, so that no worker ends long after the others. The rest comes as collected.
_LONGEST = (
    "tests/e2e/",
    "gateway/tests/integration/",
    "libs/chassis/tests/chaos/",
    "tests/chaos/",
    "libs/chassis/tests/integration/test_outages.py",
    "libs/chassis/tests/integration/test_broker_access.py",
    "payment-service/tests/contract/",
    "health-service/tests/contract/",
)

# Fixtures of folders that are under way, in the order of their beginning.
_shared: list[tuple[pytest.FixtureDef[object], SubRequest]] = []


def unit_of(nodeid: str) -> str:
    """What a test stays together with, in one process and in its order: its file, or its folder."""
    path = nodeid.split("::", 1)[0]
    return next((folder for folder in _TOGETHER if path.startswith(folder)), path)


def longest_first(items: list[pytest.Item]) -> None:
    """Sort the tests as workers shall get them."""

    def place(item: pytest.Item) -> int:
        return next((n for n, start in enumerate(_LONGEST) if item.nodeid.startswith(start)), len(_LONGEST))

    items.sort(key=place)


def keep_in_mind(fixture: pytest.FixtureDef[object], request: SubRequest) -> None:
    """Remember a fixture of the session that a folder's conftest.py defines: nobody outside the folder uses it."""
    if fixture.scope == "session" and fixture.baseid:
        _shared.append((fixture, request))


def end_what_nobody_uses(following: pytest.Item) -> None:
    """End those fixtures, the last first, that the next test cannot use. One that is asked for again begins again."""
    for kept in reversed(_shared[:]):
        fixture, request = kept
        if not following.nodeid.startswith(f"{fixture.baseid}/"):
            _shared.remove(kept)
            fixture.finish(request)


def scheduler(config: pytest.Config, log: object) -> object:
    """xdist's scheduler by scope, with our units in the order of the collection."""
    config.option.loadscopereorder = False
    made = LoadScopeScheduling(config, log)
    made._split_scope = unit_of
    return made
