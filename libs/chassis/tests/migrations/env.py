from dataclasses import replace

from chassis.migrations import run_env, stated

chassis = stated()
run_env(replace(chassis, tables=chassis.tables | {"note", "seen"}))
