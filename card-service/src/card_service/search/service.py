"""Use cases of searches."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from card_service.cards import numbers
from card_service.dependencies import Dependencies
from card_service.keys import MOST_NAMESAKES
from card_service.name_keys import born_in, born_on, mask, word
from card_service.registry import name_words, ration_cards
from card_service.registry import repository as register
from card_service.registry.intake import Rejection
from card_service.registry.models import Citizen
from card_service.registry.service import refused
from card_service.sealing import CARD_NUMBER, MOBILE, NATIONAL_ID
from card_service.search import repository
from card_service.search.errors import GovernorateMissing, NothingToSearch, SearchTooWide
from card_service.search.schemas import CitizenSearch
from chassis import mobiles
from chassis.national_id import NationalIdError, parse
from chassis.paging import FIRST_ID
from chassis.principal import Principal
from chassis.text import normalise_digits

WHAT_TO_ADD = ("another_name", "birth_date", "birth_year", "national_id", "mobile", "card_number", "ration_card")


async def find(session: AsyncSession, deps: Dependencies, caller: Principal, given: CitizenSearch) -> list[Citizen]:
    """The citizens searched for whom the caller may see; of a name one more than the page, if there are more.

    Raises RegistrationRefused, NothingToSearch, GovernorateMissing or SearchTooWide.
    """
    if given.name is not None:
        return await by_name(session, deps, caller, given, given.name)
    if given.national_id is not None:
        try:
            number = parse(given.national_id, deps.today()).number
        except NationalIdError as error:
            raise refused([Rejection(0, "national_id", error.code)]) from error
        found = await register.by_national_id(session, deps.vault.fingerprint(number, NATIONAL_ID))
    elif given.mobile is not None:
        mobile = mobiles.normalise(given.mobile)
        if mobile is None:
            raise refused([Rejection(0, "mobile", "mobile_invalid")])
        found = await register.by_mobile(session, deps.vault.fingerprint(mobile, MOBILE))
    elif given.ration_card is not None:
        found = await _by_ration_card(session, deps, given.ration_card)
    else:
        found = await _by_card(session, deps, given.card_number or "")
    return [citizen for citizen in found if caller.bound.covers(citizen.area)]


async def _by_card(session: AsyncSession, deps: Dependencies, given: str) -> list[Citizen]:
    number = "".join(normalise_digits(given).split())
    if not numbers.is_valid(number):
        raise NothingToSearch("This is no card number.", detail_ar="رقم الكارت غير صحيح.")
    holder = await repository.holder(session, deps.vault.fingerprint(number, CARD_NUMBER))
    return await register.by_ids(session, [holder]) if holder else []


async def _by_ration_card(session: AsyncSession, deps: Dependencies, given: str) -> list[Citizen]:
    number = ration_cards.judge(0, given)
    if isinstance(number, Rejection):
        raise refused([number])
    if number is None:
        raise NothingToSearch(detail_ar="اكتب رقم بطاقة التموين.")
    household_id = await ration_cards.household_with(session, deps.vault, number)
    return await register.members(session, household_id) if household_id else []


async def by_name(
    session: AsyncSession, deps: Dependencies, caller: Principal, given: CitizenSearch, name: str
) -> list[Citizen]:
    """The citizens of one governorate whose names have all the words, in the order of their ids."""
    bound = caller.bound.only_governorate  # empty where the token says none: nobody is found
    governorate = given.governorate if bound is None else bound
    if governorate is None:
        raise GovernorateMissing(detail_ar="اكتب كود المحافظة مع الاسم.")
    if given.governorate not in {None, governorate}:
        return []
    tokens = _tokens(deps, governorate, given, name)
    most = deps.figure(MOST_NAMESAKES)
    hits = await repository.hits(session, tokens, most)
    rarest = min(tokens, key=lambda token: (hits[token], token))
    if not hits[rarest]:
        return []
    if hits[rarest] >= most:
        raise SearchTooWide(
            f"{most} citizens of the governorate or more. Add another part of the name or the date of birth.",
            detail_ar="أضف اسماً آخر أو تاريخ الميلاد، أو ابحث بالرقم القومي.",
            add=[one for one in WHAT_TO_ADD if getattr(given, one, None) is None],
        )
    asked = {
        "rarest": rarest,
        "other": [token for token in tokens if token != rarest],
        "mask": mask(tokens),
        "governorate": governorate,
        "after": given.after or FIRST_ID,
        "limit": given.limit + 1,
    }
    return await register.by_ids(session, await repository.found(session, caller.bound, asked))


def _tokens(deps: Dependencies, governorate: str, given: CitizenSearch, name: str) -> Sequence[int]:
    """The tokens of what is searched for. Raises NothingToSearch where the name has no word."""
    words = name_words.tokens(name)
    if not words:
        raise NothingToSearch("The name has no word in it.", detail_ar="اكتب الاسم المطلوب.")
    texts = [word(one) for one in words]
    if given.birth_date is not None:
        texts.append(born_on(given.birth_date))
    if given.birth_year is not None:
        texts.append(born_in(given.birth_year))
    return sorted({deps.name_keys.token(governorate, text) for text in texts})
