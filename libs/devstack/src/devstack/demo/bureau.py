"""A personalisation bureau: a program of its own, which has its keys and a batch's file and nothing else."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final, Self

from devstack.engines.process import EngineError

_PROGRAM: Final = "tools.bureau"
_CHECKOUT: Final = Path(__file__).parents[5]  # where that program stands


class Bureau:
    """The bureau at its desk, which is a folder. Raises EngineError where its program ends badly."""

    def __init__(self, desk: Path, public: dict[str, dict[str, str]]) -> None:
        """`public`: the halves of its keys that the ministry enters."""
        self._desk, self.public = desk, public

    @classmethod
    async def begin(cls, folder: str, name: str) -> Self:
        """A bureau with new keys, whose ids begin with a name."""
        desk = Path(folder)
        return cls(desk, json.loads(await _run("keys", "--name", name, "--keys", str(desk / "keys.json"))))

    async def receive(self, file: str, issuer: object) -> None:
        """Take in a batch's file, and the public keys of who has signed it."""
        await asyncio.to_thread((self._desk / "batch.jose").write_text, file, "utf-8")
        await asyncio.to_thread((self._desk / "issuer.json").write_text, json.dumps(issuer), "utf-8")

    async def personalise(self, *faults: str, only: Sequence[str] = ()) -> str:
        """Make the cards of the batch, or `only` these again: the signed return, with the faults planted in it."""
        out = self._desk / "return.jose"
        await _run(
            "personalise",
            *("--file", str(self._desk / "batch.jose")),
            *("--issuer", str(self._desk / "issuer.json")),
            *("--keys", str(self._desk / "keys.json")),
            *("--out", str(out)),
            *("--plant", *faults),
            *("--only", *only),
        )
        return await asyncio.to_thread(out.read_text, "utf-8")


async def _run(*arguments: str) -> bytes:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", _PROGRAM, *arguments),
        cwd=_CHECKOUT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    said, wrong = await process.communicate()
    if process.returncode:
        raise EngineError(f"the bureau's program: {wrong.decode(errors='replace').strip()}")
    return said
