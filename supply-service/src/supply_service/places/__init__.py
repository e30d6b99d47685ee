"""Where terminals stand, as a process has it at hand."""
