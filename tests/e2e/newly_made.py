"""What people have just made at the console by its forms, so that the walk of all screens finds it."""

from __future__ import annotations

import re
import time
from datetime import UTC, date, datetime, timedelta

from chassis.clock import CAIRO
from devstack.demo.people import Generator

from .test_console import ID, Person
from .test_imports_desk import carried, file_of

HOMES = 4
DAYS = 20


def campaign(officer: Person, approver: Person) -> str:
    """The page of a campaign's draft, of a text that another person has approved."""
    name = f"walk-{int(time.time())}"
    said = {"name": name, "ar": "المكاتب مفتوحة يوم {on}", "en": "Offices are open on {on}"}
    said |= {"variable1": "on", "type1": "day"}
    officer.get("/console/campaigns/texts/new")
    proposal = officer.post("/console/campaigns/texts/new", **said, act="propose").url.path
    approver.get(proposal)
    approver.post(proposal, decision="approve")
    page = officer.get("/console/campaigns/new")
    officer.get(page.text.split(f">{name}<")[1].split('href="')[1].split('"')[0])
    ends = (datetime.now(UTC) + timedelta(days=DAYS)).astimezone(CAIRO)
    draft = {"name": "مواعيد المكاتب", "value.on": "15/1/2027", "members_from": "49", "ends_on": f"{ends:%d/%m/%Y}"}
    return _made(officer.post("/console/campaigns/new", **draft).url.path, f"/console/campaigns/{ID}")


def notice(officer: Person, approver: Person) -> str:
    """The list of notices on receipts, with one that another person has approved."""
    first, place = datetime.now(CAIRO).date(), "/console/notices/new"
    said = {"bread": "1", "goods": "1", "ar": "معرض السلع مفتوح كل يوم جمعة", "en": "The fair is open on Fridays"}
    officer.get(place)
    days = {"first_day": f"{first:%d/%m/%Y}", "last_day": f"{first + timedelta(days=DAYS):%d/%m/%Y}"}
    proposal = officer.post(place, **said, **days).url.path
    approver.get(proposal)
    approver.post(proposal, decision="approve")
    officer.get("/console/notices")
    return _made(officer.found(f"/console/notices/{ID}/withdrawal"), f"/console/notices/{ID}/withdrawal")


def judged_file(importer: Person) -> str:
    """The page of a file of the registry with a faulty row, of which nothing is registered yet."""
    people = Generator(seed=19, lot=49, today=date(2026, 11, 1))
    rows = [list(row) for home in people.households(HOMES) for row in home.rows()]
    rows[0][4] = "12"  # no mobile
    importer.get("/console/imports/new")
    page = carried(importer, "/console/imports/new", file_of(rows), content="citizens")
    return _made(page.url.path, f"/console/imports/{ID}")


def simulation(enterer: Person) -> str:
    """The page of what another price of bread would change."""
    enterer.get("/console/policies?service=supply&key=bread.price")
    row = re.findall(f'href="(/console/policies/supply/{ID})"', enterer.page.text)[-1]
    enterer.get(f"{row}/new")
    typed = {
        "value": "25", "effective_from": "1/6/2029", "legal_reference": "a decree of a test", "source": "none",
        "confidence": "chosen",
    }  # fmt: skip
    return _made(enterer.post(f"{row}/new", act="simulate", **typed).url.path, f"/console/simulations/{ID}")


def _made(path: str, form: str) -> str:
    assert re.fullmatch(form, path), path
    return path
