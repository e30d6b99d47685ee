"""The small demonstration that a first `make run` plays, once for each folder of data."""

from __future__ import annotations

import asyncio
import os
import sys

from devstack import training
from devstack.engines.process import EngineError
from devstack.settings import FOLDER_VARIABLE, StackSettings

# All lines of the report passed, or some failed; anything else broke off.
_PLAYED_TO_THE_END = (0, 1)


class FirstDemo:
    """Plays the demo in a process of its own, where it has not been played before."""

    def __init__(self, settings: StackSettings) -> None:
        self._variable = training.HOME if settings.training else FOLDER_VARIABLE
        self._folder, self._scale = settings.folder, settings.demo_scale
        self._marker = settings.folder / "demo-played"

    async def play(self) -> bool:
        """Play it, show its report, remember that it was played to the end. False where that was before.

        Raises EngineError where it broke off: nobody can practise on what is half there.
        """
        if self._marker.exists():
            return False
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "devstack",
            "demo",
            "--scale",
            str(self._scale),
            stdin=asyncio.subprocess.DEVNULL,
            env={**os.environ, self._variable: str(self._folder)},
        )
        try:
            code = await process.wait()
        except asyncio.CancelledError:
            process.terminate()
            await process.wait()
            raise
        if code not in _PLAYED_TO_THE_END:
            raise EngineError("The demonstration broke off; the system runs. The next start plays it again.")
        self._marker.touch()
        return True
