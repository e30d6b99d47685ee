"""A generated file is written when it is missing or older than what it is made from, and left alone otherwise."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
from tools import generated
from tools.generated import ARTEFACTS, Artefact


@pytest.fixture
def artefact(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Artefact:
    """A file made from the Python files of a folder."""
    monkeypatch.setattr(generated, "ROOT", tmp_path)
    source = tmp_path / "card-service" / "src" / "card.py"
    source.parent.mkdir(parents=True)
    source.write_text("", encoding="utf-8")
    return Artefact(tmp_path / "out.json", ("program",), ("*-service/src",))


def test_it_is_stale_until_it_is_younger_than_every_source(artefact: Artefact) -> None:
    assert artefact.is_stale()
    artefact.path.write_text("{}", encoding="utf-8")
    assert not artefact.is_stale()
    os.utime(artefact.path, ns=(0, 0))
    assert artefact.is_stale()


def test_two_processes_may_write_it_at_once(artefact: Artefact, monkeypatch: pytest.MonkeyPatch) -> None:
    def beside(command: list[str], **_: object) -> None:
        """Write the draft; the first time, have another process write the whole file before this one goes on."""
        Path(command[-1]).write_text("whole", encoding="utf-8")
        if os.getpid() >= 0:
            with monkeypatch.context() as other:
                other.setattr(os, "getpid", lambda: -1)
                artefact.write()

    monkeypatch.setattr(subprocess, "run", beside)
    artefact.write()
    assert artefact.path.read_text(encoding="utf-8") == "whole"
    assert list(artefact.path.parent.glob("*.new")) == []


def test_every_source_exists() -> None:
    for artefact in ARTEFACTS:
        assert all(list(generated.ROOT.glob(source)) for source in artefact.sources)


def test_git_knows_none_of_them() -> None:
    ignored = (generated.ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {str(artefact.path.relative_to(generated.ROOT)) for artefact in ARTEFACTS} <= set(ignored)
