"""A training installation beside the running system: filled, apart in everything, and fresh again after its reset."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx
import pytest

from devstack import training
from devstack.settings import PORTS, on_free_ports
from devstack.stack.programs import SERVICES
from devstack.state import is_running, read_state

from .conftest import System

pytestmark = pytest.mark.slow

NAMES = tuple(program.name for program in SERVICES)
# The least that the demonstration plays: a dozen households, and their month.
SCALE = "0.0001"
GUARDED = "/v1/rollout-phases"  # at the edge and in card-service: whoever asks needs a token
OWN_OF_KAFKA = "__"  # its internal topics
_LIVED = {
    "card": "SELECT (SELECT count(*) FROM citizen), (SELECT count(*) FROM household), (SELECT count(*) FROM card)",
    "supply": "SELECT (SELECT count(*) FROM outlet), (SELECT count(*) FROM redemption)",
    "payment": "SELECT count(*) FROM wallet",
    "notify": "SELECT count(*) FROM message",
}
_CLOCK = "SELECT version, ahead FROM training_clock"


@dataclass(frozen=True)
class Seen:
    """What the real system shows of itself: rows of what people do, business time, SMS."""

    rows: dict[str, list[tuple[Any, ...]]]
    clocks: dict[str, list[tuple[Any, ...]]]
    messages: int

    @classmethod
    def of(cls, system: System) -> Seen:
        """As it is now."""
        counted = httpx.get(f"{system.sink}/counts", timeout=10).raise_for_status().json()
        return cls(
            {name: ask(system, name, statement) for name, statement in _LIVED.items()},
            {name: ask(system, name, _CLOCK) for name in NAMES},
            counted["messages"],
        )


@dataclass(frozen=True)
class Pair:
    """The real system, what it was before training began, and the training installation."""

    real: System
    before: Seen
    course: System


def beside(system: System) -> System:
    """The training installation of a system's environment: its usual folder, on free ports."""
    prefix = f"{training.VARIABLE}_"
    ports = {name.replace("UNICARD_", prefix, 1): port for name, port in on_free_ports().items()}
    settings = {f"{prefix}DEMO_SCALE": SCALE, training.VARIABLE: "true"}
    edge, sink = (f"http://127.0.0.1:{ports[f'{prefix}{name}_PORT']}" for name in ("EDGE", "SINK"))
    return System({**system.environment, **ports, **settings}, system.folder / training.FOLDER, edge, sink)


def port(system: System, name: str) -> str:
    """Where something of an installation listens."""
    state = read_state(system.folder)
    assert state is not None
    variable = PORTS[name][0]
    own = variable.replace("UNICARD_", f"{training.VARIABLE}_", 1)
    return system.environment[own if system.environment.get(training.VARIABLE) else variable]


def ask(system: System, name: str, statement: str) -> list[tuple[Any, ...]]:
    """Rows of a service's database."""

    async def rows() -> Sequence[asyncpg.Record]:
        secret = system.secrets()["POSTGRES_PASSWORD"]
        url = f"postgresql://postgres:{secret}@127.0.0.1:{port(system, 'postgres')}/unicard_{name}"
        connection = await asyncpg.connect(url)
        try:
            return await connection.fetch(statement)
        finally:
            await connection.close()

    return [tuple(row) for row in asyncio.run(rows())]


def events(system: System, table: str) -> set[str]:
    """Events that all services of an installation have told (`outbox`) or heard (`inbox`)."""
    statement = f"SELECT event_id::text FROM {table}"
    return {event for name in NAMES for (event,) in ask(system, name, statement)}


def topics(system: System) -> set[str]:
    """The topics that an installation's broker keeps."""
    files = (system.folder / "kafka").rglob("*.log")
    kept = {file.parent.name.rsplit("-", 1)[0] for file in files if file.parent.name[-1:].isdigit()}
    return {name for name in kept if not name.startswith(OWN_OF_KAFKA)}


def answer(url: str, token: str) -> tuple[int, str | None]:
    """The status of a guarded list for a token, and what the answer says of training."""
    reply = httpx.get(f"{url}{GUARDED}", headers={"Authorization": f"Bearer {token}"}, timeout=10)
    return reply.status_code, reply.headers.get("training")


@pytest.fixture(scope="module")
def pair(system: System) -> Iterator[Pair]:
    """Both systems; training is played to the end of its demonstration, and thrown away at the end."""
    before, course = Seen.of(system), beside(system)
    try:
        started = course.unicard("up", "--training", "--detach")
        assert started.returncode == 0, started.stdout[-4000:] + started.stderr
        assert "TRAINING" in started.stdout
        yield Pair(system, before, course)
    finally:
        course.unicard("training", "reset", "--yes", timeout=120)


def test_it_is_filled_with_people_and_cards(pair: Pair) -> None:
    report = json.loads((pair.course.folder / "demo-report.json").read_text(encoding="utf-8"))
    assert [line for line in report["lines"] if not line["passed"]] == []
    ((_, households, cards),) = ask(pair.course, "card", _LIVED["card"])
    assert households >= 12
    assert cards >= households
    people = json.loads((pair.course.folder / "people.json").read_text(encoding="utf-8"))
    assert {"registry-clerk", "registry-approver"} <= {one["role"] for one in people}
    assert httpx.get(f"{pair.course.sink}/counts", timeout=10).json()["messages"] > 0
    texts = httpx.get(f"{pair.course.sink}/messages", params={"limit": 100}, timeout=10).json()["items"]
    assert all(one["text"].startswith(("«تدريب»", "TRAINING:")) for one in texts)


def test_each_refuses_the_others_tokens(pair: Pair) -> None:
    """At the edge and by a service itself; a client of the one is nobody to the other."""
    for own, other, says in ((pair.real, pair.course, "true"), (pair.course, pair.real, None)):
        token, service = own.token("cards"), f"http://127.0.0.1:{port(other, 'card')}"
        assert answer(own.edge, token)[0] == 200
        assert answer(other.edge, token) == (401, says)
        assert answer(f"http://127.0.0.1:{port(own, 'card')}", token)[0] == 200
        assert answer(service, token)[0] == 401
        with pytest.raises(httpx.HTTPStatusError):
            other.fetch_token("cards", own.secret("cards").secret)


def test_no_secret_is_shared(pair: Pair) -> None:
    real, course = pair.real.secrets(), pair.course.secrets()
    named = "UNICARD_BOOTSTRAP_CLIENT_ID"  # a name, no secret
    assert [name for name in real if real[name] == course[name]] == [named]


def test_no_event_of_the_one_reaches_the_other(pair: Pair) -> None:
    told, heard = events(pair.course, "outbox"), events(pair.course, "inbox")
    real_told, real_heard = events(pair.real, "outbox"), events(pair.real, "inbox")
    assert len(heard) > 100
    assert heard <= told
    assert heard.isdisjoint(real_told)
    assert real_heard.isdisjoint(told)
    assert {name.startswith(training.PREFIX) for name in topics(pair.course)} == {True}
    assert {name.startswith(training.PREFIX) for name in topics(pair.real)} == {False}


def test_a_month_of_training_changes_nothing_real(pair: Pair) -> None:
    """Its people registered, sold, paid, wrote SMS and moved their time for weeks."""
    assert Seen.of(pair.course) != pair.before
    assert Seen.of(pair.real) == pair.before


def test_its_reset_gives_the_fresh_state_back(pair: Pair) -> None:
    """Thrown away while the real system runs on; what comes then knows nobody, and no token of before."""
    old, secrets = pair.course.token("cards"), pair.course.secrets()
    done = pair.course.unicard("training", "reset", "--yes", timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    assert not pair.course.folder.exists()
    assert is_running(pair.real.folder)
    assert answer(pair.real.edge, pair.real.token("cards"))[0] == 200
    started = pair.course.unicard("up", "--training", "--detach", "--no-demo")
    assert started.returncode == 0, started.stdout + started.stderr
    assert ask(pair.course, "card", _LIVED["card"]) == [(0, 0, 0)]
    assert ask(pair.course, "supply", _LIVED["supply"]) == [(0, 0)]
    assert set(pair.course.secrets().values()).isdisjoint(set(secrets.values()) - {"bootstrap"})
    assert answer(pair.course.edge, old)[0] == 401
