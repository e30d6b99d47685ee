"""The pages, a module for each thing citizens come for."""

from citizen_page.pages import (
    about_me,
    appointment,
    balance,
    card,
    complaints,
    everybody,
    messages,
    mobile,
    sales,
    signing_in,
)

ROUTERS = (
    everybody.routes,
    signing_in.routes,
    card.routes,
    appointment.routes,
    balance.routes,
    complaints.routes,
    about_me.routes,
    sales.routes,
    mobile.routes,
    messages.routes,
)
