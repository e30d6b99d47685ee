"""Free ports and ports that answer, on the loopback interface."""

from __future__ import annotations

import itertools
import os
import socket

LOOPBACK = "127.0.0.1"

# Above every default port, below those that kernels give to outgoing connections: whoever asks the kernel for a free
# port may find it taken by a client a moment later.
_FIRST, _NUMBER = 20_000, 12_000
# Processes that ask at the same time begin at different places.
_next = itertools.count(os.getpid() * 97)


def free_port() -> int:
    """A TCP port nothing listens on at this moment; the next call gives another one."""
    return next(port for port in (_FIRST + number % _NUMBER for number in _next) if port_is_free(port))


def free_ports(count: int) -> list[int]:
    """As many different TCP ports nothing listens on at this moment."""
    return [free_port() for _ in range(count)]


def port_answers(port: int, host: str = LOOPBACK, timeout_seconds: float = 0.5) -> bool:
    """Whether something accepts connections on the port."""
    try:
        with socket.create_connection((host, port), timeout=timeout_seconds):
            return True
    except OSError:
        return False


def port_is_free(port: int, host: str = LOOPBACK) -> bool:
    """Whether a server could listen on the port now; closed connections in TIME_WAIT do not matter."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True
