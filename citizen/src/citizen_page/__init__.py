"""The citizens' page: plain pages without scripts, in Arabic and English, on the services' own API."""

PATH = "/citizen"
