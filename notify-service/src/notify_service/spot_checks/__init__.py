"""«Did you receive it?»: asked of a sample after payouts and hand-overs, answered by SMS; a no opens a complaint."""

TABLES = ("spot_check",)
