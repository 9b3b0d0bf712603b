# Everything sets itself up in .venv; the only network use is installing packages.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check

SHARD ?= sample_data/crawl.warc.gz
OUT ?= $(if $(filter file,$(origin SHARD)),out/sample,out/curated)
RECIPE ?= webtext
WORKERS ?= 0
export SHARD OUT RECIPE WORKERS
UNKNOWN := $(foreach name,$(filter-out SHARD OUT RECIPE WORKERS PYTHON,$(.VARIABLES)),$(if $(filter command,$(origin $(name))),$(name)))
$(if $(strip $(UNKNOWN)),$(error unknown variable $(strip $(UNKNOWN)): there are SHARD, OUT, RECIPE, WORKERS and PYTHON))

.PHONY: curate test check docs bench faults models sample clean help
.DEFAULT_GOAL := help

help:  ## what can be made
	@grep -E '^[a-z]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

curate: $(VENV)/run  ## curate SHARD (default: the sample crawl) into OUT with RECIPE on WORKERS processes
	@if [ -e "$$SHARD" ]; then set -- "$$SHARD"; else set -f; set -- $$SHARD; fi; \
	$(BIN)/curate run "$$@" --out "$$OUT" --recipe "$$RECIPE" --workers "$$WORKERS"

# Hundreds of processes are started: without bytecode each of them would compile its modules anew. Two more tests than
# cores run at once, because some wait for a node or a worker that was killed.
test: $(VENV)/test  ## run the whole test suite
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest --numprocesses $$(($$(getconf _NPROCESSORS_ONLN) + 2)) --dist worksteal

check: $(VENV)/check  ## lint, types, import contracts, generated docs
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check . --quiet || { echo "run: ruff format ."; exit 1; }
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python docs/make_filters.py --check
	@$(BIN)/python -m pytest tests/test_docs.py

docs: $(VENV)/docs  ## the documentation site, in out/site
	@$(BIN)/python -m mkdocs build --quiet
	@echo "open out/site/index.html"

bench: $(VENV)/bench  ## measure against the peers on ../shared/data
	@for script in bench/*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

faults: $(VENV)/test  ## break runs on purpose: kills, flips, cuts, full disks, odd files, nodes
	@$(BIN)/python bench/faults.py

models: $(VENV)/bench  ## train the shipped models again from ../shared/data
	@$(BIN)/python -m curate.extract.training.main --shared ../shared/data --out curate/extract
	@$(BIN)/python -m curate.training.shipped --shared ../shared/data
	@$(BIN)/python -m curate.classifiers.training.main

sample: $(VENV)/run  ## write the sample crawl again
	@$(BIN)/python sample_data/make_crawl.py

clean:  ## remove .venv, outputs and caches
	rm -rf $(VENV) out .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info build
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/run: pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "needs $(PYTHON); or name another: make PYTHON=python3.12 ..." >&2; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing packages into $(VENV) (about a minute, once)" >&2
	@$(PIP) --editable '.[all]'
	@touch $@

$(VENV)/test: $(VENV)/run
	@$(PIP) --editable '.[test]'
	@touch $@

$(VENV)/check: $(VENV)/test
	@$(PIP) --editable '.[test,check]'
	@touch $@

$(VENV)/docs: $(VENV)/run
	@$(PIP) --editable '.[docs]'
	@touch $@

$(VENV)/bench: $(VENV)/run
	@$(PIP) --editable '.[bench,train]'
	@touch $@
