"""What is written down is stopped, and nothing else."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from devstack.state import (
    Running,
    State,
    forget_state,
    is_running,
    read_state,
    stop_leftovers,
    take_lock,
)


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait(10)


def state_of(*processes: Running) -> State:
    return State(Running("supervisor", 1, 0.0), "ready", processes=list(processes))


def test_the_state_is_read_as_it_was_written(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    state = state_of(Running.of("card", sleeper.pid, 4101, restarts=2))
    state.write(tmp_path)
    assert read_state(tmp_path) == state
    forget_state(tmp_path)
    assert read_state(tmp_path) is None


def test_leftovers_are_stopped(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    state_of(Running.of("card", sleeper.pid)).write(tmp_path)
    assert stop_leftovers(tmp_path) == ["card"]
    assert sleeper.poll() is not None


def test_a_process_that_was_given_the_same_id_later_is_left_alone(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    before = Running.of("card", sleeper.pid)
    before.started -= 3600
    state_of(before).write(tmp_path)
    assert stop_leftovers(tmp_path) == []
    assert sleeper.poll() is None


def test_one_supervisor_holds_a_folder(tmp_path: Path) -> None:
    assert not is_running(tmp_path / "never")
    lock = take_lock(tmp_path)
    assert lock is not None
    assert is_running(tmp_path)
    assert take_lock(tmp_path) is None
    lock.close()
    assert not is_running(tmp_path)
