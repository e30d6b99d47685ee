"""Files that other users of the machine cannot reach."""

from __future__ import annotations

from pathlib import Path

from devstack.engines.files import close_to_others, open_to_others


def test_a_folder_of_an_earlier_version_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "unicard"
    (folder / "kafka" / "log").mkdir(parents=True)
    for name, mode in (("sink.db", 0o644), ("kafka/log/00.log", 0o664), ("run", 0o755), ("secrets.env", 0o600)):
        (folder / name).write_text("x")
        (folder / name).chmod(mode)
    outside = tmp_path / "outside"
    outside.write_text("x")
    outside.chmod(0o644)
    (folder / "link").symlink_to(outside)
    folder.chmod(0o755)
    assert {path.name for path in open_to_others(folder)} >= {"unicard", "sink.db", "00.log", "run"}
    close_to_others(folder)
    assert list(open_to_others(folder)) == []
    assert (folder / "run").stat().st_mode & 0o777 == 0o700
    assert outside.stat().st_mode & 0o777 == 0o644
