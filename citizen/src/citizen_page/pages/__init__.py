"""The pages, a module for each thing citizens come for."""

from citizen_page.pages import everybody

ROUTERS = (everybody.routes,)
