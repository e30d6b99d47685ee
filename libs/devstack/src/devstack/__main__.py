"""`python -m devstack` is `unicard`."""

from devstack.cli import app

app()
