# The same few verbs for people and for CI. `make run` and `make test` need Python 3.11+ and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SIYU := $(BIN)/siyu
READY := $(VENV)/.ready
PEERS := .venv-bench
BENCH ?=
SQL := dbt_project/models dbt_project/tests
UV_FLAGS := --universal --python-version 3.11 --generate-hashes --no-strip-extras \
	--no-emit-index-url --no-header --no-annotate

export DAGSTER_HOME := $(CURDIR)
export SIYU_DAGSTER_STORAGE ?= $(CURDIR)/data/dagster
# Byte code is compiled once at set-up: without it every start pays for it again.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: catalog dashboard notebooks docs help setup run refresh bench test proof lint format types dev lock clean
.DEFAULT_GOAL := help

help:  ## what the verbs do
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

setup: $(READY)  ## create .venv from requirements.lock (pins and hashes)

$(READY): requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Siyu needs Python 3.11 or newer: make PYTHON=python3.11 …")'
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes --requirement requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	$(BIN)/python -m compileall -q -j 0 $(VENV)/lib pipelines siyu || true
	$(SIYU) prepare
	@touch $@

run: setup  ## the main job: demo exports if data/landing is empty, then a refresh and its report
	$(SIYU) run

refresh: setup  ## load what is new in data/landing, rebuild, check, publish
	$(SIYU) refresh

bench: setup $(PEERS)/.ready  ## speed, memory and growth: make bench BENCH="--full --section a"
	$(SIYU) bench $(BENCH)

# ChannelAttribution is compiled here: this needs a C++ compiler.
$(PEERS)/.ready: requirements-bench.lock
	$(PYTHON) -m venv --clear $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --require-hashes --requirement requirements-bench.lock
	@touch $@

test: setup  ## every test, in as many processes as there are cores, at most four
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist loadfile

proof: setup  ## 100,000 people x 365 days against the truth, more kills (about 20 minutes)
	SIYU_TEST_CUSTOMERS=$(or $(CUSTOMERS),100000) SIYU_TEST_DAYS=$(or $(DAYS),365) SIYU_TEST_TIMEOUT=7200 \
		$(BIN)/python -m pytest -m truth tests/integration
	$(BIN)/python -m pytest -m proof

lint: setup  ## ruff, mypy and sqlfluff
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --processes 0 $(SQL)

format: setup  ## let ruff rewrite what it can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

dev: setup  ## the Dagster UI on http://localhost:3000
	$(SIYU) prepare
	$(BIN)/dagster dev --host 127.0.0.1 --port 3000

dashboard: setup  ## the dashboard on http://localhost:8501
	$(SIYU) dashboard

notebooks: setup  ## the notebooks on http://localhost:2718
	$(BIN)/marimo edit --host 127.0.0.1 --port 2718 notebooks

catalog: setup  ## dbt's documentation with lineage: one page under data/dbt
	$(SIYU) catalog

docs: setup  ## write the generated pages of docs/
	$(SIYU) docs

lock:  ## renew both locks from pyproject.toml (needs uv; no index addresses are written)
	uv pip compile pyproject.toml --extra dev --extra splink $(UV_FLAGS) \
		--output-file requirements.lock
	@# The peers have the versions of the product, except where recordlinkage takes an older pandas.
	sed '/^pandas==/,/[^\\]$$/d' requirements.lock | uv pip compile --group bench --constraint - \
		$(UV_FLAGS) --output-file requirements-bench.lock

clean:  ## delete the environment and what a refresh makes again; exports, key and audiences stay
	-chmod -R u+w data/serving 2>/dev/null
	rm -rf $(VENV) $(PEERS) data/bench data/warehouse data/serving data/dagster data/dbt dbt_project/target dbt_project/logs
