"""Log files are shown by process, followed by whole lines, and set aside when they are large."""

import os
from pathlib import Path

import pytest

from devstack.settings import SettingError, StackSettings
from devstack.stack import logs


@pytest.fixture
def settings(tmp_path: Path) -> StackSettings:
    (tmp_path / "logs").mkdir()
    for name in ("card", "edge"):
        (tmp_path / "logs" / f"{name}.log").write_text("".join(f"{name} {n}\n" for n in range(50)))
    return StackSettings.from_environment({"UNICARD_HOME": str(tmp_path)})


def test_the_last_lines_of_one_or_of_all(settings: StackSettings) -> None:
    one = list(logs.last_lines(logs.files(settings, "card"), 2))
    assert one == [("card", "card 48"), ("card", "card 49")]
    assert len(list(logs.last_lines(logs.files(settings, None), 3))) == 6


def test_a_process_without_a_log_is_told_which_there_are(settings: StackSettings) -> None:
    with pytest.raises(SettingError, match="there are: card, edge"):
        logs.files(settings, "cart")


def test_what_is_written_is_followed_by_whole_lines_and_into_a_new_file(settings: StackSettings) -> None:
    path = settings.log_file("card")
    with path.open("a") as file:
        tail = logs._Tail(path)
        file.write("half a")
        file.flush()
        assert tail.read() == []
        file.write(" line\nand\n")
    assert tail.read() == ["half a line", "and"]
    path.rename(path.with_suffix(".log.1"))
    path.write_text("anew\n")
    assert tail.read() == []
    assert tail.read() == ["anew"]


def test_a_large_log_is_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "edge.log"
    path.write_text("small")
    logs.rotate(path)
    assert path.exists()
    os.truncate(path, 30 * 1024 * 1024)
    logs.rotate(path)
    assert not path.exists()
    assert path.with_suffix(".log.1").exists()
