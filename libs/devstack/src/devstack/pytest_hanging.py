"""What a test that took too long was waiting for: pytest-timeout shows threads, and a loop's thread waits for all."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from traceback import walk_tb
from types import FrameType
from typing import TypeVar

import pytest

T = TypeVar("T")
_SECTION = "tasks that were under way"


def tell_tasks(report: pytest.TestReport, call: pytest.CallInfo[None]) -> None:
    """Add to the report of a timeout where each task stands, and cancel the test's own, which would live on."""
    if call.excinfo is None or "Timeout (>" not in str(call.excinfo.value):
        return
    frames = [frame for frame, _ in walk_tb(call.excinfo.tb)]
    for loop in {id(one): one for one in _locals(frames, "self", asyncio.BaseEventLoop)}.values():
        report.sections.append((_SECTION, "\n\n".join(map(_told, asyncio.all_tasks(loop)))))
    for task in _locals(frames, "task", asyncio.Task):
        task.cancel()


def _locals(frames: list[FrameType], name: str, kind: type[T]) -> Iterator[T]:
    return (found for frame in frames if isinstance(found := frame.f_locals.get(name), kind))


def _told(task: asyncio.Task[object]) -> str:
    """A task's name, and the chain of what waits for what, the innermost last."""
    return "\n".join([task.get_name(), *_chain(task.get_coro())])


def _chain(waiting: object) -> Iterator[str]:
    while waiting is not None:
        frame = getattr(waiting, "cr_frame", None) or getattr(waiting, "gi_frame", None)
        if frame is None:
            yield f"  {waiting!r}"
        else:
            yield f"  {frame.f_code.co_filename}:{frame.f_lineno} {frame.f_code.co_qualname}"
        waiting = getattr(waiting, "cr_await", None) or getattr(waiting, "gi_yieldfrom", None)
