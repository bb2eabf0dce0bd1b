# Commands of the exposure indexer. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed
STORES_READY := $(VENV)/.stores
STUDY ?= study
STUDY_BIN := .venv-study/bin
STUDY_READY := .venv-study/.installed
CONFIG ?= sample/exposure.toml
OUT ?= $(dir $(CONFIG))index
N ?= 200

.DEFAULT_GOAL := help
.PHONY: help index test test-python test-stores test-ray test-harness test-study test-all soak fuzz lint bench study clean lock

##@ Main

index: $(READY) ## Index a corpus: the embedded sample, or your own with CONFIG=path/exposure.toml [OUT=dir]
	@if [ "$(CONFIG)" = "sample/exposure.toml" ] && [ ! -f sample/exposure.toml ]; then \
	    $(BIN)/python -m indexer.scanning.first_compile & $(BIN)/exposure sample sample >/dev/null; fi
	@$(BIN)/exposure index $(CONFIG) --out $(OUT)
	@if [ "$(CONFIG)" = "sample/exposure.toml" ] && [ -d sample/results ]; then \
	    $(BIN)/exposure import $(OUT) sample/results/*.csv; fi
	@command -v exposure >/dev/null || echo "The command exposure is in the environment: source $(VENV)/bin/activate"

test: $(READY) ## Run the tests, on every core
	$(BIN)/python -m pytest -n auto --maxprocesses 8 --dist worksteal

study: $(STUDY_READY) ## Train tiny models on the sample, evaluate, split, look inside, report [STUDY=dir]
	@PATH="$(CURDIR)/$(STUDY_BIN):$$PATH" sh examples/grokking_study/study.sh $(STUDY)

##@ Work on the project

test-python: $(READY) ## Run the kernel tests with the compiler off: bounds are checked, tracebacks are Python's
	NUMBA_DISABLE_JIT=1 EXPOSURE_EXAMPLES=few EXPOSURE_SHARED=none $(BIN)/python -m pytest tests/spec \
	    tests/property tests/unit/matching tests/unit/jit tests/unit/scanning

test-stores: $(STORES_READY) ## Try corpora on failing stores: a web server, and moto's S3, which is installed for it
	$(BIN)/python -m pytest tests/faults/storage/test_s3_store.py
	$(BIN)/python -m tests.faults.soak stores 200

test-ray: $(READY) ## Try scans over a Ray cluster on this machine, for which Ray is installed
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation -e ".[ray]" \
	    "$$($(BIN)/python -m pip freeze | grep '^click==')"
	$(BIN)/python -m pytest tests/faults/engines/test_ray_cluster.py

test-harness: $(READY) ## Prove the exports with the evaluation harness and mlcroissant, in an environment of their own
	@[ -f .venv-harness/.installed ] || { echo "Creating .venv-harness ..." && $(PYTHON) -m venv .venv-harness \
	    && .venv-harness/bin/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock \
	    && .venv-harness/bin/python -m pip install -q --disable-pip-version-check -e ".[harness]" \
	    && touch .venv-harness/.installed; }
	.venv-harness/bin/python -m pytest tests/unit/splits

test-study: $(STUDY_READY) ## Prove the scripts of the study with torch and transformers, in an environment of their own
	$(STUDY_BIN)/python -m pytest tests/unit/examples

soak: $(READY) ## Kill N=200 runs, flip bits, send signals, draw settings, at random; kill commands at every boundary
	$(BIN)/python -m tests.faults.soak kills $(N)
	$(BIN)/python -m tests.faults.soak flips
	$(BIN)/python -m tests.faults.soak signals $(N)
	$(BIN)/python -m tests.faults.soak settings
	EXPOSURE_SOAK=1 $(BIN)/python -m pytest tests/faults/boundaries
	EXPOSURE_SOAK=1 $(BIN)/python -m pytest -k a_death tests/faults/test_added_phrases.py tests/faults/test_added_shards.py tests/faults/test_passes.py

fuzz: $(READY) ## Read spoilt files of every kind, N=200 times as many as the tests do
	EXPOSURE_EXAMPLES=many EXPOSURE_TIMES=$(N) $(BIN)/python -m pytest tests/faults/fuzz

test-all: $(READY) ## Run every test, the slow ones too
	$(BIN)/python -m pytest -m ""

lint: $(READY) ## Check style, types and the layers of the house
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(READY) ## Measure the scan beside its peers; on your own shards and phrases with CORPUS=path/exposure.toml
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation -e ".[bench]"
	@$(BIN)/python -m benchmarks $(if $(CORPUS),--corpus $(CORPUS)) $(ARGS)

clean: ## Remove the environment, the sample and its index
	rm -rf $(VENV) .venv-harness .venv-study sample study build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

##@ Environment

$(READY): requirements.lock pyproject.toml
	@echo "Creating $(VENV) with the locked packages (a few minutes the first time) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; this is " + sys.version.split()[0])'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)

$(STORES_READY): $(READY)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation -e ".[stores]" \
	    "$$($(BIN)/python -m pip freeze | grep '^fsspec==')"
	@touch $(STORES_READY)

$(STUDY_READY): requirements.lock pyproject.toml
	@echo "Creating .venv-study with torch and transformers (PyPI's torch for Linux brings CUDA: docs/study.md) ..."
	@$(PYTHON) -m venv .venv-study
	@$(STUDY_BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(STUDY_BIN)/python -m pip install -q --disable-pip-version-check -e ".[study]"
	@touch $(STUDY_READY)

lock: ## Resolve the dependencies anew into requirements.lock (needs uv)
	printf 'hatchling>=1.27\neditables\n' | uv pip compile --universal --python-version 3.11 --generate-hashes \
	    --no-header --no-annotate --no-emit-index-url --upgrade --extra dev pyproject.toml - -o requirements.lock

help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "; print "Usage: make TARGET [CONFIG=exposure.toml] [OUT=dir]"} \
	    /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-z-]+:.*## / {printf "  %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
