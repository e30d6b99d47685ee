"""What stands in the table of names for a citizen: a keyed token of each word of the name, of day and year of birth.

CPU only. Whoever changes names or governorates leaves them to the job of `search`; a file of citizens writes them with
its rows, since both come from what is at hand then (decision "A file is taken in at one go").
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from card_service.dependencies import TokenRow
from card_service.name_keys import NameKeys, born_in, born_on, mask, word
from card_service.registry import name_words


def token_rows(
    keys: NameKeys, governorate: str | None, citizen_id: UUID, full_name: str, birth_date: date
) -> list[TokenRow]:
    """The tokens of a citizen with the bits of all of them; none without a governorate."""
    if governorate is None:
        return []
    texts = [word(one) for one in name_words.tokens(full_name)]
    texts += [born_on(birth_date), born_in(birth_date.year)]
    tokens = sorted({keys.token(governorate, text) for text in texts})
    bits = mask(tokens)
    return [(token, citizen_id, bits) for token in tokens]
