"""Why a counter's search leads to no card that could be handed over there and then, in both languages. Pure.

A number that cannot be one has the code of its fault, as rows of files have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from card_service.cards.lifecycle import IN_HAND, WAITING, Action, allowed
from card_service.handover.models import Found, Known, Site
from card_service.registry.reasons import reason as reason_of_number
from card_service.registry.requests.newborns import years
from chassis.area import Bound
from chassis.national_id import check_digit

DIGITS: Final = "0123456789"
TYPO: Final = "likely_typo"
UNKNOWN: Final = "person_unknown"
DECEASED: Final = "person_deceased"
CHILD: Final = "child_without_card"
NOT_PLANNED: Final = "card_not_planned"
IN_PRODUCTION: Final = "card_in_production"
ON_ITS_WAY: Final = "card_on_its_way"
OTHER_SITE: Final = "card_at_other_site"
HANDED_OVER: Final = "card_handed_over"
CLOSED: Final = "card_closed"

WORDS: Final[dict[str, tuple[str, str]]] = {
    TYPO: (
        "The number is probably mistyped: compare it with the paper, digit by digit.",
        "غالباً يوجد خطأ في كتابة الرقم: راجعه رقماً رقماً مع البطاقة.",
    ),
    UNKNOWN: (
        "Nobody of this area is registered under this national id.",
        "لا يوجد مواطن مسجل بهذا الرقم القومي في نطاقك.",
    ),
    DECEASED: ("The citizen is registered as deceased.", "المواطن مسجل على أنه متوفى."),
    CHILD: (
        "A child gets no card of its own: the card of the head of the household serves it.",
        "لا يصدر للطفل كارت خاص به: يخدمه كارت رب الأسرة.",
    ),
    NOT_PLANNED: (
        "No card has been planned for this citizen yet; an SMS will say when and where.",
        "لم يحدد بعد موعد لكارت هذا المواطن، وستصله رسالة بالموعد والمكان.",
    ),
    IN_PRODUCTION: (
        "The card is being made, or is on its way to its site; an SMS will say when it is there.",
        "الكارت قيد الإصدار أو في الطريق إلى مكان الاستلام، وستصل رسالة عند وصوله.",
    ),
    ON_ITS_WAY: ("The card is on its way to this site.", "الكارت في الطريق إلى هذا المكان ولم يصل بعد."),
    OTHER_SITE: ("The card lies at another pick-up site.", "الكارت موجود في مكان استلام آخر."),
    HANDED_OVER: ("The card was handed over already.", "تم تسليم الكارت من قبل."),
    CLOSED: ("The citizen's card is closed.", "تم إنهاء كارت المواطن."),
}


@dataclass(frozen=True, slots=True)
class Reason:
    """A stable code with its words, the site where the card lies if that is the reason, and when it is expected."""

    code: str
    site: Site | None = None
    expected_on: date | None = None

    @property
    def words(self) -> tuple[str, str]:
        """English and Arabic."""
        return WORDS[self.code] if self.code in WORDS else reason_of_number(self.code)


def near(number: str) -> Iterator[str]:
    """The numbers one slip away: one digit another one, or two neighbours changed over."""
    for place, digit in enumerate(number):
        yield from (number[:place] + other + number[place + 1 :] for other in DIGITS if other != digit)
        if place and number[place - 1] != digit:
            yield number[: place - 1] + digit + number[place - 1] + number[place + 1 :]


def suspicious(number: str) -> bool:
    """Whether the check digit speaks against a number that is otherwise well-formed; its rule is not official."""
    return check_digit(number[:13]) != number[13]


def of_found(found: Sequence[Found], bound: Bound) -> Reason | None:
    """Why none of a citizen's open cards may be handed over where the caller stands; None where one may."""
    ready = [card for card in found if Action.HAND_OVER in allowed(card.state)]
    if any(bound.site_id is None or card.lies_with(bound) for card in ready):
        return None
    if coming := [card for card in found if card.comes_to(bound)]:
        return Reason(ON_ITS_WAY, coming[0].site, coming[0].expected_on)
    if ready:
        return Reason(OTHER_SITE, ready[0].site)
    states = {card.state for card in found}
    if states & WAITING:
        return Reason(IN_PRODUCTION)
    return Reason(HANDED_OVER if states & IN_HAND else CLOSED)


def of_known(known: Known, today: date, adult_age: int) -> Reason:
    """Why there is no open card of a registered citizen."""
    if known.life == "deceased":
        return Reason(DECEASED)
    if known.states:
        return Reason(CLOSED)
    child = known.role != "head" and years(known.birth_date, today) < adult_age
    return Reason(CHILD if child else NOT_PLANNED)
