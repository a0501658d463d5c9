# Everything runs in .venv, which `make setup` fills from hash-locked requirements.
PYTHON ?= python3
BIN := .venv/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
export VIRTUAL_ENV := $(CURDIR)/.venv
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup run test check bench lock embeddings format clean
.DEFAULT_GOAL := run

setup: .venv/.ready

.venv/.ready: requirements-dev.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Keepword needs Python 3.11 or newer; set PYTHON=/path/to/it")'
	@echo "Setting up .venv (half a minute, or two where only pip can be used)…" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(PIP) --require-hashes -r requirements-uv.lock && $(BIN)/uv pip install --quiet --require-hashes -r requirements-dev.lock \
	 || $(PIP) --no-deps --require-hashes -r requirements-dev.lock
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

run: setup
	@$(BIN)/keepword run

test: setup
	@$(BIN)/python -m tests.chromium || true
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 2 --dist loadfile --cov=bot.core --cov-branch --cov-report=
	$(BIN)/python -m coverage report --fail-under=95
	@$(BIN)/python -m tests.chromium --remind || true

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/deptry .
	$(BIN)/keepword check

bench: setup
	$(BIN)/python -m pytest tests/benchmarks -o addopts="" --benchmark-only
	$(BIN)/python -m tests.benchmarks.chart

# Needs uv (pip install uv). Writes hashes, never addresses.
LOCK := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links --no-header --quiet
lock:
	$(LOCK) -o requirements.lock
	$(LOCK) --group dev -o requirements-dev.lock
	echo uv | uv pip compile - $(subst uv pip compile pyproject.toml,,$(LOCK)) --no-annotate -o requirements-uv.lock

# The embeddings of the shipped examples, so that the first start need not make them: run it when examples have changed.
SHIP := from pathlib import Path; from bot.files.load import load_or_raise; from bot.nlp.training import ship
embeddings: setup
	$(BIN)/python -c "$(SHIP); print(ship(load_or_raise(Path('.')), Path('data/model')))"

format: setup
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build *.egg-info
