from dataclasses import replace

from chassis.migrations import run_env, stated

libraries = stated("approvals")
run_env(replace(libraries, tables=libraries.tables | {"budget"}))
