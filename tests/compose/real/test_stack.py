"""The promises of the compose file, kept by a running system."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import partial
from pathlib import Path

import pytest
from tests.compose.files import alerts, jobs, panels, services
from tests.compose.real.conftest import Installation, until

from devstack.national_numbers import compose

pytestmark = pytest.mark.compose

OUTSIDE = {"edge", "prometheus", "grafana", "sink"}
RUNNING = set(services()) - set(jobs())
OWN = [name for name in RUNNING if f"{name}-work" in RUNNING]


def running(installation: Installation) -> set[str]:
    return RUNNING & set(installation.containers())


def test_everything_is_healthy_and_every_job_is_done(installation: Installation) -> None:
    found = installation.containers()
    assert installation.well(*running(installation))
    assert {found[name]["State"]["ExitCode"] for name in jobs()} == {0}


def test_only_what_should_be_reached_is_reached(installation: Installation) -> None:
    for name, container in installation.containers().items():
        published = [each for each in container["NetworkSettings"]["Ports"].values() if each]
        assert bool(published) <= (name in OUTSIDE)
        assert {each["HostIp"] for one in published for each in one} <= {"127.0.0.1"}
    connect = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)"
    for place in (("postgres", "5432"), ("kafka", "9092"), ("edge", "9901")):
        answer = installation.inside("sink", "python", "-c", f"try: {connect}\nexcept OSError: print('closed')", *place)
        assert answer.strip() == "closed", place


def test_nobody_is_root_and_root_file_systems_are_read_only(installation: Installation) -> None:
    for name in running(installation) - {"grafana"}:
        assert installation.inside(name, "id", "-u").strip() != "0"
        tried = installation.inside(name, "sh", "-c", "(: > /usr/written) 2>/dev/null || echo refused")
        assert tried.strip() == "refused", name
        assert "CapEff:\t0000000000000000" in installation.inside(name, "cat", "/proc/self/status")


def test_the_demo_passes_and_prometheus_has_seen_it(installation: Installation) -> None:
    demo = installation.unicard("demo", "--scale", "0.002", "--days", "5")
    said, _ = demo.communicate(timeout=600)
    assert demo.returncode == 0, said[-4000:]
    until(lambda: {entry["value"][1] for entry in installation.query("up")} == {"1"})
    seen = Counter(entry["metric"]["job"] for entry in installation.query("up"))
    watched = RUNNING - {"postgres", "kafka", "kafka-access", "grafana", "sink"}
    assert seen == Counter(name.removesuffix("-work") for name in watched)  # both processes of a service are one job
    for _, expression in panels():  # a rate needs two readings
        until(partial(installation.query, expression.replace("$__rate_interval", "10m")), seconds=60)
    for _, expression in alerts():
        installation.query(expression)


def test_the_record_holds_and_is_held_against_what_was_kept_elsewhere(
    installation: Installation, tmp_path: Path
) -> None:
    heads = str(tmp_path / "heads.json")
    for arguments in (("export", heads), ("verify",), ("verify", "--heads", heads)):
        audit = installation.unicard("audit", *arguments)
        said, _ = audit.communicate(timeout=120)
        assert audit.returncode == 0, said
    assert said.count("the chain holds") == len(OWN)


def test_people_are_looked_after_from_the_host(installation: Installation) -> None:
    """The demonstration's two administrators are there; a lost one is replaced as the owner of the database only."""

    def people(*arguments: str, given: str = "", code: int = 0) -> str:
        running = installation.unicard("people", *arguments)
        said, _ = running.communicate(given or None, timeout=120)
        assert running.returncode == code, said
        return said

    assert "admin.one" in people("list")
    people("check", code=1)  # nobody of the demonstration stands at a counter
    replacement = f"third.admin\nمسؤول ثالث\n{compose(date(1990, 1, 1), '01', 9001)}\n\n"
    assert "people_host_refused" in people("recover", given=replacement, code=1)
    suspend = "UPDATE person SET status = '%s' WHERE sign_in_name = 'admin.one'"
    installation.sql("gateway", suspend % "suspended")
    told = people("recover", given=replacement)
    installation.sql("gateway", suspend % "active")
    assert "hand this over in person" in told
    assert "/sign-in/invitation?token=" in told


def test_the_edge_shows_its_statistics_and_nothing_else(installation: Installation) -> None:
    ask = (
        "import sys, urllib.error, urllib.request\n"
        "try: print(urllib.request.urlopen('http://edge:9902' + sys.argv[1]).status)\n"
        "except urllib.error.HTTPError as error: print(error.code)"
    )
    for path, status in (("/stats/prometheus", "200"), ("/config_dump", "404"), ("/quitquitquit", "404"), ("/", "404")):
        assert installation.inside("card", "python", "-c", ask, path).strip() == status
