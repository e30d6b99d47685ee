"""Figures of Unified Card, measured on this machine: `python -m bench` writes docs/benchmarks.md."""
