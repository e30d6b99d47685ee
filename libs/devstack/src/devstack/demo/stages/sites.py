"""Pick-up sites, and at each a counter with a client of its own that may hand over there only."""

from __future__ import annotations

from contracts.clients import ROLES
from devstack.demo.context import Context, Desk
from devstack.demo.places import PORT_SAID, Site, pickup_sites
from devstack.people.cast import Part, cast
from devstack.people.store import Store
from devstack.terminal.caller import Caller, ClientSecret
from devstack.terminal.fleet import in_parallel, pages
from devstack.terminal.provision import identifier


async def play(context: Context) -> None:
    """Register what is missing of the thirty-five sites, and open the counters."""
    context.headline("Pick-up sites and their counters")
    known = {
        str(site["name_en"]): str(identifier(site, "site_id"))
        async for site in pages(context.cards, "/v1/pickup-sites", governorate=PORT_SAID, limit=200)
    }
    wanted = pickup_sites()
    with context.bar("sites", len(wanted)) as advance:

        async def open_site(site: Site) -> None:
            site_id = known.get(site.name_en) or await _register(context, site)
            context.desks.append(Desk(site_id, site, await _counter(context, site, site_id)))

        await in_parallel(wanted, open_site, lanes=8, progress=advance)
    order = {site.name_en: number for number, site in enumerate(wanted)}
    context.desks.sort(key=lambda desk: order[desk.site.name_en])
    await _clerk(context)
    kinds: dict[str, int] = {}
    async for site in pages(context.cards, "/v1/pickup-sites", governorate=PORT_SAID, limit=200):
        if site["name_en"] not in order:
            continue
        kinds[site["kind"]] = kinds.get(site["kind"], 0) + 1
    where = "GET /v1/pickup-sites?governorate=03"
    context.report.check("post offices", 25, kinds.get("post_office", 0), where)
    context.report.check("supply service centres", 5, kinds.get("supply_centre", 0), where)
    others = kinds.get("health_office", 0) + kinds.get("governorate_office", 0)
    context.report.check("health-insurance offices and the governorate", 5, others, where)


async def _clerk(context: Context) -> None:
    """Somebody who hands over at the first counter, by the pages."""
    part = Part("counter.clerk", "counter-clerk", "ministry", PORT_SAID, context.desks[0].site_id)
    await cast(Store(context.options.folder), context.options.gateway_url, [part])


async def _register(context: Context, site: Site) -> str:
    return str(identifier(await context.cards.post("/v1/pickup-sites", site.request()), "site_id"))


async def _counter(context: Context, site: Site, site_id: str) -> Caller:
    client_id = f"counter-{site.name_en.lower().replace(' ', '-')}-{context.label}"
    created = await context.clients.make(
        {
            "client_id": client_id,
            "name": f"Counter, {site.name_en}",
            "scopes": list(ROLES["counter"].scopes),
            "owner": ROLES["counter"].owner,
            "purpose": ROLES["counter"].purpose,
            "governorate": PORT_SAID,
            "site_id": site_id,
        }
    )
    return Caller(context.wire, ClientSecret(client_id, created["client_secret"]))
