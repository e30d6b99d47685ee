"""What an operator reads who asks for something that is not there: a sentence that says what to do."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from devstack.cli import app
from devstack.people.host import _sentence


@pytest.fixture
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of a system that has never run."""
    monkeypatch.setenv("UNICARD_HOME", str(tmp_path))
    for variable in ("UNICARD_POSTGRES_URL", "UNICARD_KAFKA_BOOTSTRAP"):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("COLUMNS", "300")
    return tmp_path


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


@pytest.mark.parametrize(
    "command", ["people list", "people demo", "people check", "people invite", "demo --scale 0.01"]
)
def test_nothing_runs(nowhere: Path, command: str) -> None:
    done = run(*command.split())
    assert done.exit_code in {1, 2}
    assert "nothing runs in" in done.output.replace("\n", "")
    assert "unicard up" in done.output
    assert "Traceback" not in done.output


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("reconcile --day 2026-13-01", "'2026-13-01' is no day; write it as 2026-12-01"),
        ("reconcile --day yesterday", "'yesterday' is no day"),
        ("reconcile", "or run where the stack keeps"),
        ("people code nobody", "'nobody' is nobody of the demonstration"),
        ("logs", "nothing has run there yet"),
        ("logs card", "there is no log of 'card'"),
        ("terminal enrol", "`unicard up` makes it"),
        ("terminal balance 1", "unicard terminal enrol"),
    ],
)
def test_what_to_do_instead(nowhere: Path, command: str, said: str) -> None:
    done = run(*command.split())
    assert "".join(said.split()) in "".join(done.output.split())  # lines break where a screen ends
    assert "Traceback" not in done.output


def test_a_gateway_that_does_not_answer(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UNICARD_EDGE_PORT", "9")
    monkeypatch.setenv("UNICARD_OPERATIONS_CLIENT_SECRET", "x")
    done = run("restate")
    assert done.exit_code == 1
    assert "does not answer" in done.output
    assert "Traceback" not in done.output


def test_of_a_traceback_the_sentence_is_shown() -> None:
    said = "Traceback (most recent call last):\n  File\nasyncpg.Error: no such role\n(Background on this error at: x)\n"
    assert _sentence(said) == "asyncpg.Error: no such role"
    assert _sentence("somebody administers already\n") == "somebody administers already"
