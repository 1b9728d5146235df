# `make demo` and `make test` set everything up by themselves; nothing else is needed.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test check lint format figures bench clean

demo: $(VENV)/.ready
	$(BIN)/affectory demo --out out/demo

test: $(VENV)/.ready-dev
	$(BIN)/pytest -q

check: lint test

lint: $(VENV)/.ready-dev
	$(BIN)/ruff format --check src tests benchmarks tools
	$(BIN)/ruff check src tests benchmarks tools
	$(BIN)/lint-imports
	$(BIN)/mypy
	$(BIN)/python tools/census.py src affectory

format: $(VENV)/.ready-dev
	$(BIN)/ruff check --fix src tests benchmarks tools
	$(BIN)/ruff format src tests benchmarks tools

# Published figures, from the shipped weights; DATA is a folder that holds the data sets.
DATA ?= ../shared/data
figures: $(VENV)/.ready-dev
	$(BIN)/affectory bench --all --data $(DATA)
	$(BIN)/pytest -q -m slow

$(VENV)/.ready: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	touch $@

# torch first and pinned: figures were made with it. The small language model is 93 MB; without
# it its tests are skipped, with the reason; so are those of the pages without the program chromium.
$(VENV)/.ready-dev: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check torch==2.13.0
	$(BIN)/pip install --quiet --disable-pip-version-check --editable '.[dev]'
	-$(BIN)/affectory models get smollm2-135m
	-command -v chromium >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get -qq update && apt-get -qq install -y chromium; }
	touch $@ $(VENV)/.ready

clean:
	rm -rf out dist build .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
