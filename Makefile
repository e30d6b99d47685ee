# Unified Card: everything a developer or an operator without Docker needs. `make help` lists it.
# Needs git, make and Python 3.11 or newer with pip; everything else comes by itself.

.DEFAULT_GOAL := help
SHELL := /bin/sh

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
MEMBERS := $(patsubst %/pyproject.toml,%,$(wildcard libs/*/pyproject.toml */pyproject.toml))

DEMO ?= 1
SCALE ?= 1.0
ARGS ?=
PROFILE ?=
PYTHON ?= python3

.PHONY: help setup check format-check lint rules registers types imports test run training demo bench schemas migration start stop env up \
	down test-compose clean lock fmt

help:  ## List what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  \033[1m%-12s\033[0m %s\n", $$1, $$2 }' Makefile

setup: $(STAMP)  ## Install everything into .venv and write what is generated (fast when nothing changed)
	@$(BIN)/python -m tools.generated

$(STAMP): requirements.lock pyproject.toml tools/setup.sh tools/uv.txt $(MEMBERS:%=%/pyproject.toml)
	@sh tools/setup.sh $(VENV) $(MEMBERS)
	@touch $@

check: $(STAMP)  ## Format, lint, types, import rules and the project's own rules
	@$(MAKE) --no-print-directory -j 2 types registers imports rules lint format-check

format-check: $(STAMP)
	$(BIN)/ruff format --check .

lint: $(STAMP)
	$(BIN)/ruff check .

rules: $(STAMP)
	$(BIN)/python -m tools.lint

types: $(STAMP)
	$(BIN)/python -m tools.typecheck

registers: setup
	$(BIN)/python -m pytest -q -m registers --no-header tools/tests gateway/tests/integration/test_rights.py \
		*/tests/integration/test_paging.py

imports: $(STAMP)
	$(BIN)/lint-imports --no-logo

test: setup  ## Run every test on a real PostgreSQL and Kafka, on all cores (ARGS="-k name" to choose, on one)
	$(BIN)/python -m pytest $(or $(ARGS),-n auto --maxprocesses 4)

run: setup  ## Start the whole system and a first small demo, until Ctrl-C (DEMO=0: leave it empty)
	$(BIN)/unicard up $(if $(filter 0,$(DEMO)),--no-demo,--demo)

training: setup  ## Start a training installation beside the system, until Ctrl-C (unicard training reset empties it)
	$(BIN)/unicard up --training

demo: setup  ## Play the Port Said pilot against the running system (SCALE=0.01 for a hundredth)
	$(BIN)/unicard demo --scale $(SCALE)

bench: setup  ## Measure, and write docs/benchmarks.md
	$(BIN)/python -m bench $(ARGS)

schemas: $(STAMP)  ## Regenerate what is generated and in git: the events' schemas, docs/events.md, the edge's routes, the broker's access table, the register of processing, the page of cards
	$(BIN)/python -m contracts.generate
	$(BIN)/python -m tools.routes
	$(BIN)/python -m tools.access
	$(BIN)/python -m tools.processing
	$(BIN)/python -m tools.card_moves

migration: $(STAMP)  ## Add an empty migration: make migration service=card m="what changes"
	$(BIN)/python -m tools.new_migration "$(service)" "$(m)"

start: setup  ## Start the whole system in the background, without Docker
	$(BIN)/unicard up --detach --no-demo

stop: $(STAMP)  ## Stop what `make start` or `make run` started
	$(BIN)/unicard down

env: $(if $(filter production,$(PROFILE)),setup)  ## Write .env for docker compose with fresh secrets; PROFILE=production for real data
	@$(if $(PROFILE),$(if $(filter production,$(PROFILE)),$(BIN)/python -m tools.production,\
		echo "unknown PROFILE=$(PROFILE): only production is known" >&2; false),$(PYTHON) tools/make_env.py)

up: env  ## Build and start docker compose, wait until all is healthy
	@sh deploy/up.sh

down:  ## Stop docker compose; the data stays
	@sh deploy/down.sh

test-compose: setup  ## Try docker compose for real, on ports and volumes of its own (needs a Docker engine)
	$(BIN)/python -m pytest -m compose tests/compose -o timeout=1800 -o faulthandler_timeout=2400 $(ARGS)

fmt: $(STAMP)  ## Format the code and sort the imports
	$(BIN)/ruff check --select I --fix .
	$(BIN)/ruff format .

lock: $(STAMP)  ## Lock the libraries anew after a change to a pyproject.toml
	sh tools/lock.sh $(VENV) $(MEMBERS)

clean:  ## Remove .venv and caches; the data in .unicard stays
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .schemathesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
