# The verbs of this project. `make` alone lists them.

VENV := .venv
BENCH_VENV := .bench
BIN := $(VENV)/bin
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --progress-bar off
SOURCES := oscar_sync tests bench tools deploy/ci/forge.py

# The first Python that is new enough and really runs (a name on PATH may be an empty shim).
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; \
	then echo "$$python"; break; fi; done)

# Each process begins with a part of the tests, the longest of them first (tests/order.py); one that
# is done takes half of what another has left, so that none is idle while there is work. Six also on
# two cores: a test waits for half of its time, for the servers that it starts and the pauses that
# it is about.
PYTEST_ARGS ?= -n 6 --dist worksteal

# Nothing outside of $(VENV) is imported, and what was compiled once is kept: the tests start the
# program hundreds of times.
unexport PYTHONPATH PYTHONHOME PYTHONDONTWRITEBYTECODE

.NOTPARALLEL:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

.PHONY: help
help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

.PHONY: demo
demo: $(VENV)/.demo $(VENV)/.package ## set up, then play the story of oscar-sync against an embedded OSCAR
	$(BIN)/oscar-sync demo </dev/null

.PHONY: test
test: check ## set up, check, and run all tests
	$(BIN)/python -m pytest $(PYTEST_ARGS)

.PHONY: soak
soak: $(VENV)/.dev $(VENV)/.package ## hold the laws against 20,000 examples each, for hours
	LAWS_EXAMPLES=$(or $(LAWS_EXAMPLES),20000) $(BIN)/python -m pytest -n auto --timeout 0 tests/property

.PHONY: faults
faults: $(VENV)/.dev $(VENV)/.package ## strike each request of each kind of action with every fault, for ten minutes
	EVERY_FAULT=1 $(BIN)/python -m pytest -n auto --dist worksteal --timeout 0 tests/faults/test_every_request.py

.PHONY: soak-watch
soak-watch: $(VENV)/.dev $(VENV)/.package ## watch through a week of 10,000 saves and faults: nothing may leak
	$(BIN)/python -m tools.soak_watch --saves $(or $(SAVES),10000)

.PHONY: live
live: $(VENV)/.dev $(VENV)/.package ## play the main journey on the real cluster OSCAR_SYNC_LIVE_URL, and leave nothing there
	$(BIN)/python -m tools.live

MUTANTS := .mutants
SAMPLE ?= 100
SEED ?= 1
ROOM ?=

.PHONY: mutants
mutants: $(VENV)/.dev $(VENV)/.package $(MUTANTS)/.tool ## turn SAMPLE conditions of what reads, decides and deletes (in ROOM) round: the tests must notice
	rm -rf $(MUTANTS)/tree $(MUTANTS)/session.sqlite
	git clone --quiet . $(MUTANTS)/tree
	cd $(MUTANTS)/tree && export PATH="$(CURDIR)/$(BIN):$$PATH" PYTHONPATH="$$PWD" PYTHONDONTWRITEBYTECODE=1 && \
		perl -0pi -e 's{module-path = \[.*?\]}{module-path = ["oscar_sync/$(ROOM)"]}s if "$(ROOM)"' mutants.toml && \
		$(CURDIR)/$(MUTANTS)/venv/bin/cosmic-ray init mutants.toml ../session.sqlite && \
		$(CURDIR)/$(MUTANTS)/venv/bin/cr-filter-operators ../session.sqlite mutants.toml && \
		$(CURDIR)/$(MUTANTS)/venv/bin/cr-filter-pragma ../session.sqlite && \
		$(CURDIR)/$(MUTANTS)/venv/bin/python tools/sample_mutants.py ../session.sqlite --count $(SAMPLE) --seed $(SEED) && \
		$(CURDIR)/$(MUTANTS)/venv/bin/cosmic-ray --verbosity ERROR baseline mutants.toml && \
		$(CURDIR)/$(MUTANTS)/venv/bin/cosmic-ray exec mutants.toml ../session.sqlite
	$(MUTANTS)/venv/bin/cr-report --surviving-only --show-diff $(MUTANTS)/session.sqlite
	$(MUTANTS)/venv/bin/cr-rate --fail-over 0 $(MUTANTS)/session.sqlite

.PHONY: check lint contracts types
check: lint contracts types ## format, lint, contracts between rooms, types (make -k: all findings)

lint: $(VENV)/.dev
	$(BIN)/ruff format --check --quiet .
	$(BIN)/ruff check .

contracts: $(VENV)/.dev
	$(BIN)/lint-imports --no-logo

types: $(VENV)/.dev $(VENV)/.package
	$(BIN)/mypy $(SOURCES)

.PHONY: format
format: $(VENV)/.dev ## format, and fix what the linter can fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

.PHONY: docs
docs: $(VENV)/.dev ## build the site of docs/ into site/
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

.PHONY: golden
golden: $(VENV)/.dev $(VENV)/.package ## write the golden files anew: read the difference before you commit it
	$(BIN)/python -m pytest -n 0 --update-golden tests/golden

# Not part of `make test`: tracing branches doubles the time of the tests.
.PHONY: coverage
coverage: $(VENV)/.dev $(VENV)/.package ## run all tests and hold coverage to its limits
	$(BIN)/python -m pytest $(PYTEST_ARGS) --cov --cov-report=
	$(BIN)/coverage report --fail-under=95
	$(BIN)/coverage report --fail-under=100 --include='$(PURE)'

PURE := oscar_sync/model/*,oscar_sync/semantics/*,oscar_sync/planning/*,oscar_sync/render/*,oscar_sync/wire/messages*,oscar_sync/wire/retry*

COUNT ?= 1000000

.PHONY: fuzz
fuzz: $(VENV)/.dev $(VENV)/.package ## feed COUNT mutated inputs to the readers of files, answers and plans
	$(BIN)/python -m tools.fuzz --count $(COUNT)

.PHONY: bench
bench: $(VENV)/.demo $(VENV)/.package $(BENCH_VENV)/.peers ## measure against the yardsticks and hold the budgets
	$(BIN)/python -m bench

.PHONY: bench-smoke
bench-smoke: $(VENV)/.demo $(VENV)/.package $(BENCH_VENV)/.peers ## the quick rows of it, under 90 s
	$(BIN)/python -m bench --smoke

# `make lock UPGRADE=--upgrade` takes newer releases; without it, pins move only as far as they must.
COMPILE = $(BIN)/uv pip compile --quiet --system-certs --universal --python-version 3.11 --generate-hashes \
	--custom-compile-command 'make lock' $(UPGRADE) pyproject.toml

.PHONY: lock
lock: $(VENV)/.pip ## compile requirements/*.txt from pyproject.toml
	$(BIN)/python $(PIP_INSTALL) --require-hashes --requirement requirements/lock.txt
	$(COMPILE) --extra all --group dev --output-file requirements/dev.txt
	$(COMPILE) --extra board --extra emulator --group build --constraint requirements/dev.txt --output-file requirements/demo.txt
	$(COMPILE) --extra board --extra oidc-agent --extra webdav --constraint requirements/dev.txt --output-file requirements/run.txt
	$(COMPILE:pyproject.toml=) --group bench --output-file requirements/bench.txt
	$(COMPILE:pyproject.toml=) --group mutants --output-file requirements/mutants.txt
	$(COMPILE:pyproject.toml=) --group pip --output-file requirements/pip.txt
	$(COMPILE:pyproject.toml=) --group lock --output-file requirements/lock.txt

.PHONY: clean
clean: ## remove what make has made
	rm -rf $(VENV) $(BENCH_VENV) $(MUTANTS) build dist *.egg-info .coverage .coverage.* \
		.hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache

# Each stamp stands for one installation; none happens twice.

define make_venv
	@test -n "$(PYTHON)" || { echo 'No Python 3.11 or newer was found. Install one, or name it: make PYTHON=/path/to/python3' >&2; exit 1; }
	@"$(PYTHON)" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo '$(PYTHON) is not Python 3.11 or newer. Name another: make PYTHON=/path/to/python3' >&2; exit 1; }
	@"$(PYTHON)" -c 'import ensurepip, venv' 2>/dev/null || { echo '$(PYTHON) cannot make virtual environments. On Debian and Ubuntu: apt install python3-venv' >&2; exit 1; }
	@echo 'Making $(1) with $(PYTHON) ...'
	@"$(PYTHON)" -m venv $(1)
	@$(1)/bin/python $(PIP_INSTALL) --require-hashes --requirement requirements/pip.txt
endef

$(VENV)/.pip: requirements/pip.txt
	$(call make_venv,$(VENV))
	@touch $@

$(VENV)/.demo: requirements/demo.txt $(VENV)/.pip
	@echo 'Installing what the program needs ...'
	@$(BIN)/python $(PIP_INSTALL) --require-hashes --no-deps --requirement $<
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.pip
	@echo 'Installing what the tests need ...'
	@$(BIN)/python $(PIP_INSTALL) --require-hashes --no-deps --requirement $<
	@touch $@ $(VENV)/.demo

$(VENV)/.package: pyproject.toml oscar_sync/__init__.py
	@$(BIN)/python $(PIP_INSTALL) --no-build-isolation --no-deps --editable .
	@touch $@

$(BENCH_VENV)/.peers: requirements/bench.txt requirements/pip.txt
	$(call make_venv,$(BENCH_VENV))
	@echo 'Installing the yardsticks ...'
	@$(BENCH_VENV)/bin/python $(PIP_INSTALL) --require-hashes --no-deps --requirement $<
	@touch $@

$(MUTANTS)/.tool: requirements/mutants.txt requirements/pip.txt
	$(call make_venv,$(MUTANTS)/venv)
	@echo 'Installing what makes mutants ...'
	@$(MUTANTS)/venv/bin/python $(PIP_INSTALL) --require-hashes --no-deps --requirement $<
	@touch $@
