# Sets up what it needs inside this folder, once, and leaves everything outside alone. `make` alone lists the targets.

.DEFAULT_GOAL := help
SHELL := /bin/sh
VENV := .venv
BIN := $(VENV)/bin
SETUP := $(CURDIR)/.cache/setup
SOURCES := ppp_tui tests benchmarks examples hatch_build.py

# Whatever a tool would put into the home folder or the system's temporary one stays here.
PIP := PIP_CACHE_DIR=$(CURDIR)/.cache/pip TMPDIR=$(SETUP) PIP_DISABLE_PIP_VERSION_CHECK=1 \
	$(BIN)/python -m pip --quiet --require-virtualenv
NPM := npm_config_cache=$(CURDIR)/.cache/npm npm_config_update_notifier=false npm

# Tests start Python many times over; without its compiled files each start takes twice as long. Since many wait for
# what they started, one worker more than there are processors is faster by a sixth.
WORKERS := $(shell cores=$$(nproc 2>/dev/null || getconf _NPROCESSORS_ONLN); echo $$((cores + 1)))
PYTEST := PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal

# Any Python of 3.11 or newer; PYTHON=/path/to/python chooses another.
PYTHONS := $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11

# A venv whose Python has gone (an upgrade of the system) is made anew.
$(shell [ ! -e $(VENV)/bin ] || $(BIN)/python -c '' 2>/dev/null || rm -rf $(VENV))

.PHONY: help run test fast coverage lint types contracts check screenshots film check-screenshots agents phoenix tables bench bench-team format wheel clean

help:  ## List the targets.
	@sed -n 's/^\([a-z-]*\):.*##/\1 #/p' Makefile | while IFS='#' read -r name text; do printf '  make %-18s%s\n' "$$name" "$$text"; done

run: $(VENV)/.installed  ## Open the dashboard; ARGS="..." are its arguments.
	@$(BIN)/python -m ppp_tui $(ARGS)

test: $(VENV)/.developing  ## Run every test but those of real agents; ARGS="..." are pytest's arguments.
	@$(PYTEST) $(ARGS)

fast: $(VENV)/.developing  ## Run all but the slow tests; ARGS="..." are pytest's arguments.
	@$(PYTEST) -m "not slow" $(ARGS)

# Left out by name, since the measurement itself makes them fail: two ask which modules a start loads, and it loads its own;
# one lets the program's calls of the system fail by their number, and it makes calls, too.
UNMEASURED := \
	tests/settings/test_fast_settings.py::test_the_quick_look_loads_nothing_slow \
	tests/cli/test_cli_usage.py::test_quick_commands_import_little \
	tests/cli/test_cli_ingest_faults.py::test_calls_that_fail_now_and_then_lose_nothing_and_double_nothing

# Processes that tests start are measured, too; not those that a test kills, nor real agents' sessions.
coverage: $(VENV)/.developing  ## Run the tests and tell which lines and branches none of them reaches.
	@rm -rf .cache/coverage && mkdir -p .cache/coverage
	@PYTHONDONTWRITEBYTECODE= $(BIN)/python -m coverage run -m pytest -n $(WORKERS) --dist worksteal -q \
		--ignore=tests/house --ignore=tests/agents $(UNMEASURED:%=--deselect=%) $(ARGS)
	@$(BIN)/python -m coverage combine --quiet
	@$(BIN)/python -m coverage report

lint: $(VENV)/.developing  ## Check style and formatting.
	@$(BIN)/ruff check $(SOURCES)
	@$(BIN)/ruff format --check $(SOURCES)

types: $(VENV)/.developing  ## Check types, tests included.
	@$(BIN)/mypy

contracts: $(VENV)/.developing  ## Check which room imports which.
	@$(BIN)/lint-imports

check: lint types contracts  ## All three.

format: $(VENV)/.developing  ## Format the code, and mend what can be mended.
	@$(BIN)/ruff check --fix-only $(SOURCES)
	@$(BIN)/ruff format $(SOURCES)

screenshots: $(VENV)/.developing  ## Draw the pictures in screenshots/ anew.
	@PPP_TUI_PICTURES=redraw $(PYTEST) tests/pictures

film: $(VENV)/.developing  ## Draw the animated picture of the demo anew.
	@$(BIN)/python -m tests.pictures.film

check-screenshots: $(VENV)/.developing  ## Draw them again, and compare; "make test" does so, too.
	@$(PYTEST) tests/pictures

agents: $(VENV)/.developing tests/agents/node_modules/.installed  ## Watch real agents at work (needs Node.js).
	@PPP_TUI_AGENTS=required $(PYTEST) tests/agents $(ARGS)

phoenix: $(VENV)/.developing  ## Send sessions to a real Phoenix and compare (installs it here: 1 GB); ARGS="DATABASE".
	@[ -x .cache/phoenix/bin/phoenix ] || { $(BIN)/python -m venv .cache/phoenix && \
		PIP_CACHE_DIR=$(CURDIR)/.cache/pip .cache/phoenix/bin/python -m pip install --quiet arize-phoenix; }
	@$(BIN)/python -m tests.phoenix.check .cache/phoenix/bin/phoenix $(ARGS)

tables: $(VENV)/.developing  ## Bring the documents' tables of keys and agents up to date.
	@$(BIN)/python -m tests.house.tables

bench: $(VENV)/.developing  ## Run every benchmark but that of teams; each prints ratios.
	@for file in $$(grep -l '^if __name__' benchmarks/*.py | grep -v team_store); do \
		name=$$(basename "$$file" .py); echo "== $$name"; $(BIN)/python -m "benchmarks.$$name" $(ARGS) || exit 1; done

bench-team: $(VENV)/.developing  ## Measure a team's shared store (needs PostgreSQL, twenty minutes, 9 GB); ARGS="--people 3".
	@$(BIN)/python -m benchmarks.team_store $(ARGS)

wheel: $(VENV)/.developing  ## Build the wheel into dist/.
	@$(BIN)/python -m hatchling build --target wheel --directory dist

clean:  ## Remove all that was set up, built and cached here.
	rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis .benchmarks build dist \
		tests/agents/node_modules
	find ppp_tui tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

$(BIN)/python:
	@for python in $(PYTHONS); do \
		if "$$python" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			echo "Setting up $(VENV) with $$("$$python" --version)."; exec "$$python" -m venv --clear $(VENV); fi; done; \
	echo "Python 3.11 or newer with its venv module is needed: install one, or name it with make PYTHON=/path/to/python." >&2; \
	exit 1

$(VENV)/.installed: pyproject.toml | $(BIN)/python
	@mkdir -p $(SETUP)
	@$(PIP) install --editable .
	@touch $@

# Dependency groups are read by pip 25.1 and newer; a fresh venv may hold an older one.
$(VENV)/.developing: pyproject.toml | $(BIN)/python
	@mkdir -p $(SETUP)
	@$(PIP) install --upgrade 'pip>=25.1'
	@$(PIP) install --editable . --group dev
	@touch $(VENV)/.installed $@

# Not `npm ci`: one of the agents names optional packages for other systems that no registry need have.
tests/agents/node_modules/.installed: $(wildcard tests/agents/package*.json)
	@$(NPM) --prefix tests/agents install --no-save --no-audit --no-fund
	@touch $@
