# `make run` starts the demo, `make test` checks everything; both need Python 3.11 or newer and a C compiler, nothing else.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
NATIVE := setup.py $(wildcard watcher/native/*.pyx watcher/native/*.pxd)
WORKERS ?= 2

.PHONY: run test test-unit test-slow lint format bench lock gazetteer screens clean system-packages feedparser-tests

# Compiles watcher/native, too: with what is locked, and a line that says what to do where that fails.
INSTALL = $(PIP) install --no-deps --no-build-isolation --editable . || \
  { echo "watcher could not be compiled: it needs a C compiler and Python's headers (Debian: apt install gcc python3-dev)" >&2; exit 1; }

run: $(VENV)/run.stamp ## the demo: the service on the sample feeds, alerts in the terminal
	@exec $(BIN)/watcher demo

test: lint system-packages feedparser-tests ## everything: format, lint, types, layers, tests, documentation tests
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal $(PYTEST_ARGS)

test-unit: $(VENV)/dev.stamp
	$(BIN)/python -m pytest -n $(WORKERS) tests/unit $(PYTEST_ARGS)

lint: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/dev.stamp
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(VENV)/dev.stamp ## every benchmark beside its peers, and docs/benchmarks.md anew
	$(BIN)/python -m bench

gazetteer: $(VENV)/dev.stamp ## builds the places file of the package anew from its sources
	$(BIN)/python tools/build_gazetteer.py

screens: $(VENV)/dev.stamp ## takes the pictures in docs/screens/ anew; needs a Chromium of the system
	$(BIN)/python tools/screens.py

lock: $(VENV)/dev.stamp ## resolves the dependencies anew: names, versions and hashes, no registry address
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --upgrade --quiet --output-file requirements.lock
	$(BIN)/python -c 'import tomllib; print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")' \
	  | $(BIN)/uv pip compile - --universal --python-version 3.11 --generate-hashes \
	  --no-emit-index-url --no-annotate --no-header --upgrade --quiet --output-file requirements-build.lock
	$(BIN)/uv pip compile pyproject.toml --extra dev --extra bench --extra apprise --extra postgresql \
	  --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-annotate --no-header \
	  --upgrade --quiet --output-file requirements-dev.lock

# What only the system's packages bring. Where it is missing and may be installed it is; otherwise the tests that
# need it are skipped and name the package.
system-packages:
	@tools/system_packages.sh postgresql

# feedparser's own test files, which only its source distribution has: into build/, at the locked version.
feedparser-tests: $(VENV)/dev.stamp
	@tools/feedparser_tests.sh $(BIN)/python

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit("watcher needs Python 3.11 or newer, this is " + sys.version.split()[0] if sys.version_info < (3, 11) else 0)'
	@tools/system_packages.sh compiler
	$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements.lock requirements-build.lock pyproject.toml $(NATIVE) | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements-build.lock -r requirements.lock
	@$(INSTALL)
	@touch $@

$(VENV)/dev.stamp: requirements-dev.lock requirements-build.lock pyproject.toml $(NATIVE) | $(VENV)/bin/python
	$(PIP) install --require-hashes -r requirements-build.lock -r requirements-dev.lock
	@$(INSTALL)
	@touch $@ $(VENV)/run.stamp

clean:
	rm -rf $(VENV) build watcher/native/*.so dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
