"""Where a campaign or a notice may be for."""

from __future__ import annotations

from chassis.districts import DISTRICTS
from chassis.governorates import GOVERNORATES
from staff_console.documents import Document
from staff_console.web.visit import Visit


def offered(visit: Visit) -> Document:
    """What their forms offer: governorates to whoever sees the nation, and the districts that their reader sees."""
    own = visit.governorate()
    return {
        "governorates": GOVERNORATES if visit.nation else {},
        "districts": {code: one for code, one in DISTRICTS.items() if visit.nation or one.governorate == own},
    }
