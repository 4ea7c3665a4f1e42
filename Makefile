# The two commands are `make run` and `make test`; both set up what they need.

PYTHON ?= python3
BIN := .venv/bin

.PHONY: help run test lint slow bench golden clean

help:
	@echo "make run     set up, build the graph of data/articles into build/, and say what it found"
	@echo "make test    set up, and pass the tests"
	@echo "make lint    ruff, mypy and the layers"
	@echo "make slow    the tests that start real servers and browsers, or take minutes"
	@echo "make bench   measure side by side, print the tables, and write docs/performance.md"
	@echo "make golden  rewrite the golden files; read the difference before you keep it"

run: .venv/run.stamp
	@$(BIN)/kg build
	@echo
	@$(BIN)/kg check

test: .venv/dev.stamp lint
	@$(BIN)/python -m pytest -q -m "not slow"

lint: .venv/dev.stamp
	@$(BIN)/ruff check kg tests
	@$(BIN)/ruff format --check kg tests
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

slow: .venv/dev.stamp
	@$(BIN)/python -m pytest -q -m slow --durations=10

bench: .venv/dev.stamp
	@for file in tests/benchmarks/bench_*.py; do echo "== $$file"; $(BIN)/python $$file || exit 1; done

golden: .venv/dev.stamp
	@$(BIN)/python tests/write_golden.py

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11 run")'
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"

.venv/run.stamp: pyproject.toml | .venv/bin/python
	@echo "Setting up .venv …"
	@$(BIN)/python -m pip install --quiet --editable .
	@touch $@

.venv/dev.stamp: pyproject.toml .venv/run.stamp
	@echo "Setting up the tests …"
	@$(BIN)/python -m pip install --quiet --group dev
	@touch $@
