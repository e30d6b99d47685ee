"""The register as a list whose whole state stands in its address, and files of it."""
