"""Finding likely duplicates: a job follows who is new or has changed, by files or one at a time, and compares.

Candidates come by keyed tokens and hashes (blocking): born on the same day, or with day and month swapped, of the same
given name; a rare word and the given name; the same mobile; a national id that a slip in the birth date would make.
Each batch is one transaction with the job's place in the order of
commits, so that it may be stopped at any moment and overlooks nobody.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.context import Runtime
from card_service.dependencies import Dependencies
from card_service.duplicates import repository
from card_service.duplicates.likeness import Person, likeness, slips, swapped
from card_service.duplicates.repository import Pair
from card_service.keys import DUPLICATE_SCORE
from card_service.name_keys import born_on, mask, word
from card_service.registry import name_words, sealed_names
from card_service.sealing import NATIONAL_ID
from card_service.search import repository as tokens
from chassis.periodic import Periodic
from chassis.text import fold

BATCH: Final = 500
MOST_ALIKE: Final = 50  # of a word that more have, and of a mobile, too many are others
MAX_IDLE_SECONDS: Final = 2.0


class Compared:
    """A citizen at hand: what is compared, and the tokens by which others are looked for."""

    def __init__(self, deps: Dependencies, row: repository.PersonKept) -> None:
        """Opens the name and the national id."""
        words = tuple(name_words.words(sealed_names.opened(deps.vault, row.citizen_id, row.name_kept)))
        number = deps.vault.open(row.citizen_id, row.national_id_sealed, NATIONAL_ID).decode()
        street = fold(row.address).strip()
        self.person = Person(
            row.citizen_id,
            row.household_id,
            words,
            row.birth_date,
            row.sex,
            number,
            row.mobile_hash,
            f"{row.district} {street}" if street else "",
        )
        self._vault = deps.vault
        self._keys, self._governorate = deps.name_keys, row.governorate

    def _token(self, text: str) -> int:
        return self._keys.token(self._governorate, text)

    def slips(self) -> list[bytes]:
        """The keyed hashes of national ids that a slip makes."""
        return [self._vault.fingerprint(one, NATIONAL_ID) for one in slips(self.person.national_id)]

    @property
    def given(self) -> int:
        """The token of the given name."""
        return self._token(word(self.person.words[0]))

    @property
    def others(self) -> list[int]:
        """The tokens of the other words."""
        return [self._token(word(one)) for one in self.person.words[1:]]

    def births(self) -> Iterable[int]:
        """The tokens of the day of birth and of the one that is easily written for it."""
        days = (self.person.birth_date, swapped(self.person.birth_date))
        return [self._token(born_on(day)) for day in days if day is not None]


async def find_duplicates(runtime: Runtime) -> bool:
    """One batch; whether there is more to do at once."""
    deps = runtime.state.dependencies
    async with runtime.sessions() as session, session.begin():
        place = await repository.cursor(session)
        if place is None:
            return False
        batch = await repository.waiting(session, place, BATCH)
        if not batch:
            return False
        rows = await repository.people(session, [one.citizen_id for one in batch])
        mine = {row.citizen_id: one for row, one in zip(rows, await _compared(deps, rows), strict=True)}
        pairs = await _candidates(session, [one for one in mine.values() if one.person.words])
        rows = await repository.people(session, {other for _, other in pairs} - mine.keys())
        known = {row.citizen_id: one for row, one in zip(rows, await _compared(deps, rows), strict=True)} | mine
        found = await asyncio.to_thread(_likely, pairs, known, deps.figure(DUPLICATE_SCORE))
        await repository.keep(session, found, [one.citizen_id for one in batch], deps.now())
        await repository.advance(session, batch[-1])
    return True


async def _compared(deps: Dependencies, rows: Sequence[repository.PersonKept]) -> list[Compared]:
    return await asyncio.to_thread(lambda: [Compared(deps, row) for row in rows])


async def _candidates(session: AsyncSession, batch: Sequence[Compared]) -> set[Pair]:
    """Who might be whom."""
    born = [
        (one.person.citizen_id, token, one.given, mask((token, one.given))) for one in batch for token in one.births()
    ]
    hits = await tokens.hits(session, sorted({token for one in batch for token in one.others}), MOST_ALIKE)
    rare = []
    for one in batch:
        rarest = min(one.others, key=lambda token: (hits[token], token), default=None)
        if rarest is not None and 1 < hits[rarest] < MOST_ALIKE:
            rare.append((one.person.citizen_id, rarest, mask((rarest, one.given))))
    reached = [(one.person.citizen_id, one.person.mobile) for one in batch if one.person.mobile is not None]
    by_birth = await repository.born(session, born)
    by_word = await repository.rare(session, rare, MOST_ALIKE)
    by_mobile = await repository.reached(session, reached, MOST_ALIKE)
    by_number = await repository.numbered(
        session, [(one.person.citizen_id, slip) for one in batch for slip in one.slips()]
    )
    return {*by_birth, *by_word, *by_mobile, *by_number}


def _ordered(one: UUID, other: UUID) -> Pair:
    return (one, other) if one < other else (other, one)


def _likely(pairs: Iterable[Pair], known: dict[UUID, Compared], least: int) -> dict[Pair, tuple[int, list[str]]]:
    """Those of the pairs that reach the score, the smaller id first."""
    found = {}
    for pair in {_ordered(*pair) for pair in pairs}:
        one, other = known.get(pair[0]), known.get(pair[1])
        if one is not None and other is not None:
            score, reasons = likeness(one.person, other.person)
            if score >= least:
                found[pair] = score, reasons
    return found


FINDING: Final[Periodic[Runtime]] = Periodic(
    "duplicates",
    find_duplicates,
    lambda runtime: runtime.state.dependencies.settings.card_job_poll_seconds,
    MAX_IDLE_SECONDS,
)
