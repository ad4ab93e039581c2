# `make` alone lists the targets. Needs Python ≥ 3.11, make and git; everything else it installs here, from locks.

SHELL         := /bin/bash
.SHELLFLAGS   := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS     += --no-builtin-rules --no-print-directory

PY    := .venv/bin/python
UV    := .venv/bin/uv
TESTS  = $(PY) -m pytest
JOBS  ?= 2
RUNTIME      ?= 3.13
ARCHITECTURE ?= x86_64

export UV_PYTHON_DOWNLOADS := never
export SAM_CLI_TELEMETRY   := 0

# The first Python that is new enough; PYTHON=… chooses another.
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
    $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

##@ Start here
.PHONY: dev demo build
dev: .venv/.synced .sam/.synced .local-aws/.synced ## install all that paysync, its tests and its demo need (once)

demo: dev ## the whole path on this machine: local AWS, real deploy, simulators, fetch → push, books compared
	$(PY) tools/demo.py

build: dev ## what `sam deploy` uploads: functions and layers for Lambda (RUNTIME=3.13 ARCHITECTURE=x86_64), schemes checked
	PAYSYNC_LAYER_UV=$(abspath $(UV)) PAYSYNC_LAYER_PYTHON=$(abspath $(PY)) PAYSYNC_SCHEMES_PYTHON=$(abspath $(PY)) \
	    PAYSYNC_LAYER_VERSION=$(RUNTIME) PAYSYNC_LAYER_ARCHITECTURE=$(ARCHITECTURE) \
	    .sam/bin/sam build --parameter-overrides PythonRuntime=python$(RUNTIME) Architecture=$(ARCHITECTURE)

##@ Check
.PHONY: test lint template unit simulation wire cloud
test: lint unit simulation wire cloud ## all that CI runs

lint: dev ## style, types, direction of imports, the template
	$(PY) -m ruff check
	$(PY) -m ruff format --check
	$(PY) -m mypy $(CODE)
	.venv/bin/lint-imports --cache-dir .cache/import-linter
	$(MAKE) template

template: dev ## the SAM template, as written and as CloudFormation gets it
	AWS_DEFAULT_REGION=us-east-1 .sam/bin/sam validate --lint --template template.yaml
	@mkdir -p .cache
	AWS_DEFAULT_REGION=us-east-1 .local-aws/bin/python tools/transform_template.py template.yaml > .cache/template.json
	.venv/bin/cfn-lint --regions $(REGIONS) --template .cache/template.json

unit: dev ## pure tests, milliseconds each
	$(call pytest,tests/unit tests/conformance,-m "not cloud" -n $(JOBS))

simulation: dev ## the whole system under seeded faults, in one process
	$(call pytest,tests/simulation tests/model,-n $(JOBS))

wire: dev ## our clients against the simulators, over sockets
	$(call pytest,tests/wire tests/contract,-n $(JOBS))

cloud: dev ## the real template on the local AWS
	$(call pytest,tests/conformance tests/cloud,-m cloud -n $(JOBS) --dist loadfile --no-loadscope-reorder)

##@ Longer runs
.PHONY: soak mutants coverage chaos bench
soak: dev ## far more of the simulation, and docs/evidence.md (SEEDS=… CROWDS=… TRIPLES=… MINUTES=…)
	$(PY) tools/soak.py

mutants: dev ## change the modules on which money rests, one thing at a time: their tests must notice (MODULES=…)
	$(PY) tools/mutate.py $(MODULES)

coverage: dev ## which lines and branches the tests reach: all of the modules on which money rests, 95 % of the whole; docs/coverage.md
	$(PY) tools/cover.py --jobs $(JOBS)

chaos: dev ## kill workers, reset sockets, restart the AWS while payments run, and docs/chaos.md (PAYMENTS=… KILLS=… SEED=…)
	$(PY) tools/chaos.py

bench: dev ## what one core does in a second, beside the budgets: the simulators, the simulated world
	$(PY) tools/bench.py

##@ Keep
.PHONY: fix docs lock clean
fix: dev ## repair what the linter and the formatter can repair
	$(PY) -m ruff check --fix
	$(PY) -m ruff format

docs: dev ## write the generated pages anew
	$(PY) tools/docs.py

lock: .venv/.synced ## resolve the locks anew from the .in files (UPGRADE=--upgrade for newer versions)
	for name in layers/dependencies/requirements requirements/{dev,sam,local-aws}; do $(LOCK) $$name.in -o $$name.txt; done

clean: ## remove what was built and cached; the environments stay
	rm -rf .aws-sam .cache .hypothesis .paysync-local/build dist htmlcov
	find functions layers tests tools -type d -name __pycache__ -prune -exec rm -rf {} +

.PHONY: help
help:
	@awk -F ':.*## ' '/^##@/ { printf "\n%s\n", substr($$0, 5) } /^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

# --- how ---

CODE    = $(wildcard layers/paysync/python functions tests tools)
REGIONS = us-east-1 eu-central-1 ap-southeast-1 cn-north-1 cn-northwest-1
LOCK    = $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
          --no-emit-find-links --custom-compile-command 'make lock' $(UPGRADE)
SYNC    = env $(FROM_PIP) $(UV) pip sync --quiet --require-hashes --python $(@D)/bin/python

# uv reads none of pip's settings: where pip is told of a mirror or of a proxy's certificate, uv is told the same.
FROM_PIP = $(if $(UV_DEFAULT_INDEX)$(UV_INDEX_URL),,$(addprefix UV_DEFAULT_INDEX=,$(call pip_setting,index-url))) \
           $(if $(SSL_CERT_FILE),,$(addprefix SSL_CERT_FILE=,$(call pip_setting,cert)))
pip_setting = $(shell $(PY) -m pip config list 2>/dev/null | sed -nE "s/^[^=]*\.$1='(.*)'$$/\1/p" | tail -1)

# Runs pytest on those of the folders that exist.
pytest = $(if $(wildcard $1),$(TESTS) $2 $(wildcard $1),@echo "$1: no tests yet")

# uv's own line of the lock, so that pip checks its hash before anything else is installed.
$(UV):
	@[[ -n "$(PYTHON)" ]] || { echo "No Python ≥ 3.11 with venv found: install python3 and python3-venv."; exit 1; }
	$(PYTHON) -m venv .venv
	@sed -n '/^uv==/,/[^\\]$$/p' requirements/dev.txt > .venv/uv.txt
	@$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes --requirement .venv/uv.txt

.venv/.synced: requirements/dev.txt pyproject.toml | $(UV)
	@echo "installing .venv: paysync, its tests and tools"
	@$(SYNC) requirements/dev.txt
	@$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation --editable .
	@touch $@

.sam/.synced: requirements/sam.txt | $(UV)
	@echo "installing .sam: the SAM command line"
	@$(UV) venv --quiet --allow-existing --python $(PY) $(@D)
	@$(SYNC) requirements/sam.txt
	@touch $@

.local-aws/.synced: requirements/local-aws.txt | $(UV)
	@echo "installing .local-aws: the local AWS"
	@$(UV) venv --quiet --allow-existing --python $(PY) $(@D)
	@$(SYNC) requirements/local-aws.txt
	@touch $@
