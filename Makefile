PYTHON ?= python3
BIN := .venv/bin

.PHONY: audit help setup demo test door unit integration chaos bench lint lock docs publish-schemas clean

help:  ## what there is
	@awk 'BEGIN {FS = ":.*## "} /^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: setup paper  ## the whole system on this machine; ONCE=1 ends when the reports are out; NOTICES=file.jsonl adds releases
	@$(BIN)/python -m deploy.local.demo

test: setup paper programs assets lint  ## every test there is
	@$(BIN)/python -m pytest

unit: setup paper assets  ## the tests without I/O
	@$(BIN)/python -m pytest tests/unit

integration: setup paper programs assets  ## the tests on the real Kafka and PostgreSQL
	@$(BIN)/python -m pytest tests/integration tests/e2e

bench: setup  ## events a second, beside peers and ceilings; LONG=1: one aggregator through two million events
	@$(BIN)/python -m tests.bench $(if $(LONG),--long 2000000)

chaos: setup assets  ## breaks a running system in every way and checks it; SEED=… repeats, FAULTS=name,name chooses
	@$(BIN)/python -m tests.chaos

lint: setup  ## ruff, mypy --strict, import-linter
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check -q .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

.PHONY: paper
paper: setup  ## what PDF needs of the system: installed where we may, else the command
	@$(BIN)/python -m deploy.local.tools --provide

.PHONY: programs
programs: setup  ## what the tests run, a browser among it: installed where we may, else the command
	@$(BIN)/python -m deploy.local.tools --provide --tests

.PHONY: assets
assets: setup  ## the pages' style sheet
	@$(BIN)/python -m deploy.local.assets

setup: .venv/installed  ## the virtual environment, from the lock

.venv/installed: requirements.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed, this is %d.%d. Debian: apt-get install python3 python3-venv; macOS: brew install python@3.13" % sys.version_info[:2])'
	@$(PYTHON) -m venv .venv || { echo "Python's venv is needed. Debian: apt-get install python3-venv; macOS: brew install python@3.13" >&2; exit 1; }
	@echo "• Installing Python packages into .venv" >&2
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

lock: setup  ## pins the dependencies anew, with hashes and without any registry's address
	@env -u PIP_FIND_LINKS $(BIN)/uv pip compile pyproject.toml --group dev --universal --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --quiet -o requirements.txt
	@env -u PIP_FIND_LINKS $(BIN)/uv pip compile pyproject.toml --extra telemetry --universal --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --quiet -o deploy/requirements.txt
	@env -u PIP_FIND_LINKS $(BIN)/uv pip compile --group audit --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-header --no-annotate --quiet -o deploy/audit/requirements.txt

docs: setup  ## docs/ from the code: events, schemas, logs, methodology
	@$(BIN)/python -m deploy.docs

publish-schemas: docs  ## the schemas as they are now become a promise; refuses one that would break an earlier promise
	@$(BIN)/python -m deploy.docs.publish

audit: setup .local/audit/installed  ## licences, known vulnerabilities, secrets, the Dockerfile; writes .local/sbom.cdx.json
	@$(BIN)/python -m deploy.audit

.local/audit/installed: deploy/audit/requirements.txt
	@$(PYTHON) -m venv .local/audit
	@.local/audit/bin/pip install --quiet --disable-pip-version-check --require-hashes -r deploy/audit/requirements.txt
	@touch $@

clean:  ## everything generated
	@rm -rf .venv .local .cache node_modules services/reporter/assets .mypy_cache .pytest_cache .ruff_cache .hypothesis *.egg-info
