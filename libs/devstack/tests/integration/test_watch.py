"""A crashed process is started again, after longer and longer pauses while it keeps crashing."""

import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from devstack.engines import Engine, free_port, port_answers
from devstack.stack.service import PythonService
from devstack.stack.watch import LONGEST_PAUSE_SECONDS, Watched


class Crashing(Engine):
    name = "crashing"

    def prepare(self) -> None: ...

    def ports(self) -> Sequence[int]:
        return []

    def answers(self) -> bool:
        return True

    def command(self) -> Sequence[str | Path]:
        return [sys.executable, "-c", "raise SystemExit(3)"]


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_process_killed_with_sigkill_comes_back_with_another_pid(tmp_path: Path) -> None:
    port = free_port()
    service = PythonService(
        "files",
        ["-m", "http.server", str(port), "--bind", "127.0.0.1", "--directory", str(tmp_path)],
        port=port,
        environment={},
        log_file=tmp_path / "files.log",
        probe="/",
    )
    said: list[str] = []
    clock = Clock()
    watched = Watched("files", service, said.append, clock)
    service.start()
    watched.started()
    first = service.pid
    assert not watched.look()

    service._process.send_signal(signal.SIGKILL)  # type: ignore[union-attr]  # it has been started
    service._process.wait(30)  # type: ignore[union-attr]
    assert not watched.look()
    clock.now += 1
    assert watched.look()

    service.wait_ready()
    assert service.pid != first
    assert watched.restarts == 1
    assert "files ended" in said[0]
    service.stop()
    assert not port_answers(port)


def test_the_pause_doubles_up_to_a_limit(tmp_path: Path) -> None:
    clock = Clock()
    watched = Watched("crashing", Crashing(tmp_path / "log"), lambda _: None, clock)
    watched.engine.spawn()
    watched.started()
    pauses = []
    for _ in range(9):
        watched.engine._process.wait(30)  # type: ignore[union-attr]  # it has been started
        watched.look()
        begun = clock.now
        while not watched.look():
            clock.now += 0.25
        pauses.append(clock.now - begun)
    assert pauses[:4] == [0.5, 1.0, 2.0, 4.0]
    assert max(pauses) == pauses[-1] == LONGEST_PAUSE_SECONDS
