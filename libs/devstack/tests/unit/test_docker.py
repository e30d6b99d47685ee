"""Whether Docker answers is found out quickly and in silence."""

import socket
import threading
import time
from pathlib import Path

import pytest

from devstack.containers import docker_answers


def test_no_daemon_is_no_answer(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nothing.sock")
    assert not docker_answers()
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:1")
    assert not docker_answers()


def test_a_daemon_that_hangs_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{silent.getsockname()[1]}")
        begun = time.monotonic()
        assert not docker_answers(timeout_seconds=0.2)
        assert time.monotonic() - begun < 10  # it would be waited for without end


def test_a_daemon_that_replies_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = str(tmp_path / "d.sock")
    with socket.socket(socket.AF_UNIX) as daemon:
        daemon.bind(path)
        daemon.listen()

        def reply() -> None:
            caller, _ = daemon.accept()
            with caller:
                assert caller.recv(200).startswith(b"GET /_ping ")
                caller.sendall(b"HTTP/1.0 200 OK\r\n\r\nOK")

        threading.Thread(target=reply, daemon=True).start()
        monkeypatch.setenv("DOCKER_HOST", f"unix://{path}")
        assert docker_answers()
