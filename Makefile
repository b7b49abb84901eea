# The same few verbs for people and for CI. `make run` and `make test` need Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SIYU := $(BIN)/siyu
READY := $(VENV)/.ready
SQL := dbt_project/models dbt_project/tests

export DAGSTER_HOME := $(CURDIR)
export SIYU_DAGSTER_STORAGE ?= $(CURDIR)/data/dagster
# Byte code is compiled once at set-up: without it every start pays for it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help setup run refresh test lint format types dev lock clean
.DEFAULT_GOAL := help

help:  ## what the verbs do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: $(READY)  ## create .venv from requirements.lock (pins and hashes)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Siyu needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q -j 0 $(VENV)/lib pipelines || true
	$(SIYU) prepare
	@touch $@

run: setup  ## the main job: demo exports if data/landing is empty, then a refresh and its report
	$(SIYU) run

refresh: setup  ## load what is new in data/landing, rebuild, check, publish
	$(SIYU) refresh

test: setup  ## every test
	$(BIN)/python -m pytest

lint: setup  ## ruff, mypy and sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint $(SQL)

format: setup  ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

dev: setup  ## the Dagster UI on http://localhost:3000
	$(SIYU) prepare
	$(BIN)/dagster dev --host 127.0.0.1 --port 3000

lock: setup  ## renew requirements.lock from pyproject.toml (needs uv; no index addresses are written)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes \
		--no-strip-extras --no-emit-index-url --no-header --no-annotate --output-file requirements.lock

clean:  ## delete the environment and everything under data/ but your landing folder
	-chmod -R u+w data/serving 2>/dev/null
	rm -rf $(VENV) data/warehouse data/serving data/dagster dbt_project/target dbt_project/logs
