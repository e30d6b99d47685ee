"""What of a visit an exemption frees: all of it, or what is related to the disease it was given for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from health_service.rules.figures import Figures
from health_service.rules.standing import Exemption


@dataclass(frozen=True, slots=True)
class Care:
    """What a visit was about: its coded diagnosis, its lines with what they come to in piastres.

    `for_disease`: the clinic says that it was for the disease the patient is exempt for. It decides where the exemption
    names no codes, as those entered before codes were asked for.
    """

    diagnosis: str | None
    lines: Sequence[tuple[str, int]]
    for_disease: bool = False

    @property
    def total(self) -> int:
        """The whole price, piastres."""
        return sum(amount for _, amount in self.lines)


def frees_all(figures: Figures, exemption: Exemption | None) -> bool:
    """Whether a patient pays nothing for anything."""
    return exemption is not None and exemption.kind not in figures.exempt_only_related


def charged(figures: Figures, exemption: Exemption | None, care: Care) -> int:
    """What of the price the patient's share is reckoned on, piastres: what no exemption frees.

    A disease exempts from what is related to it (Law 2 of 2018, table 3): a visit with its diagnosis, or those lines
    whose code is one of its treatments.
    """
    if exemption is None:
        return care.total
    if frees_all(figures, exemption):
        return 0
    if not exemption.codes:
        return 0 if care.for_disease else care.total
    if care.diagnosis is not None and _among(care.diagnosis, exemption.codes):
        return 0
    return sum(amount for code, amount in care.lines if not _among(code, exemption.codes))


def code(given: str) -> str:
    """A code as codes are compared: `e11.9` and `E119` are one."""
    return given.replace(".", "").replace("-", "").upper()


def _among(given: str, codes: Iterable[str]) -> bool:
    """Whether a code is one of those, or below one: `E11.9` is below `E11` (ICD-10), `A10AB01` below `A10` (ATC)."""
    return any(code(given).startswith(code(one)) for one in codes)
