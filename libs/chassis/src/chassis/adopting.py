"""Words of districts that the version before still writes while an upgrade goes on: codes once it is gone.

The upgrade's migration maps what is there (`chassis.migrations.adopt_districts`); what comes between it and the last
process of the version before is mapped by the service itself, in the name it runs under, soon after its start and now
and then. What nobody knows stays, and is listed as unlisted.
"""

from __future__ import annotations

from chassis.districts import CODE, known
from chassis.logging import get_logger
from chassis.periodic import Periodic
from chassis.runtime import Resources

log = get_logger(__name__)

EVERY_SECONDS = 1800.0
# `<table>` is the caller's own word.
WORDS = "SELECT governorate, district, count(*) FROM <table> WHERE district !~ $1 GROUP BY 1, 2"
AS_LISTED = "UPDATE <table> SET district = $1 WHERE governorate = $2 AND district = $3"


def adopting(*tables: str) -> Periodic[Resources]:
    """The job for the tables that have a governorate and a district, and that the service may change."""

    async def adopt(runtime: Resources) -> None:
        for table in tables:
            words = await runtime.pool.fetch(WORDS.replace("<table>", table), CODE)
            for governorate, word, rows in words:
                if (code := known(governorate, word)) is not None:
                    await runtime.pool.execute(AS_LISTED.replace("<table>", table), code, governorate, word)
                    log.info("a district written as a word has its code", table=table, district=code, rows=rows)

    return Periodic("districts_by_code", adopt, EVERY_SECONDS)
