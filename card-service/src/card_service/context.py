"""What card-service keeps at hand in one process."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, TypeAlias

from fastapi import Depends

from card_service.dependencies import CloseCards, Dependencies
from chassis import runtime
from chassis.group_commit import GroupCommit

if TYPE_CHECKING:
    from card_service.handover.models import Found, Search, Wish


@dataclass(frozen=True)
class Context:
    """One process's own objects: what every use case needs, what the register asks of cards, the counters' lanes."""

    dependencies: Dependencies
    close_cards: CloseCards
    searches: GroupCommit[Search, list[Found]]
    handovers: GroupCommit[Wish, bytes]


Runtime: TypeAlias = runtime.Runtime[Context]
Running = Annotated[Runtime, Depends(runtime.running(Context))]


async def _dependencies(running: Running) -> Dependencies:
    return running.state.dependencies


WithDependencies = Annotated[Dependencies, Depends(_dependencies)]
