"""The review of a phase: its funnel, times and refusals, and what stands out among its parts."""
