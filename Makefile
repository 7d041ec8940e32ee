# Everything a fresh machine needs is Python 3.11 or newer with venv; `make` alone lists the targets.
PYTHON ?= python3
BIN := .venv/bin
ARGS ?=
FUZZ_SECONDS ?= 600

.DEFAULT_GOAL := help
.PHONY: help train test fuzz lint type slow reliability docs bench lock clean

help: ## List the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 14

train: .venv/.installed ## Install if needed, then train (ARGS="loss=wgan" for another run)
	$(BIN)/gan-train $(ARGS)

test: .venv/.installed-dev ## Install what is missing, then run the tests
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 $(ARGS)

fuzz: .venv/.installed-dev ## Damage data, checkpoints and configs at random for ten minutes (FUZZ_SECONDS=3600 for an hour)
	OMP_NUM_THREADS=1 GAN_RUNNER_FUZZ_SECONDS=$(FUZZ_SECONDS) $(BIN)/python -m pytest -m fuzz --timeout=0 $(ARGS)

lint: .venv/.installed-dev ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

type: .venv/.installed-dev ## Check types
	$(BIN)/mypy

slow: .venv/.installed-dev ## Run the proofs that take minutes (kill -9 at random moments)
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m slow -s $(ARGS)

reliability: .venv/.installed-dev ## Run every test of a fault, the slow ones too, and write docs/reliability.md
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 -m fault --junitxml=build/reliability.xml $(ARGS); code=$$?; \
	  $(BIN)/python docs/reliability_page.py build/reliability.xml && exit $$code

docs: .venv/.installed-dev ## Write the pages that come from the code: losses.md, experiments.md, the table in the README
	$(BIN)/python docs/losses_page.py
	$(BIN)/python docs/experiments_page.py
	$(BIN)/python docs/performance_page.py
	$(BIN)/gan-claim report

bench: .venv/.installed-dev ## Measure the speed of a training step (ten minutes on a quiet machine) into docs/performance.md
	$(BIN)/python -m benchmarks.train --out benchmarks/results/cpu.json $(ARGS)
	$(BIN)/python docs/performance_page.py

lock: .venv/.installed-dev ## Write requirements.lock anew from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 --quiet \
	  --custom-compile-command "make lock" --output-file requirements.lock

clean: ## Remove the environment and caches; outputs/ stays
	rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -m venv .venv

.venv/.installed: pyproject.toml requirements.lock | .venv/bin/python
	@echo "installing into .venv (torch is large: some minutes the first time)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable .
	@touch $@

.venv/.installed-dev: pyproject.toml requirements.lock | .venv/bin/python
	@echo "installing into .venv (torch is large: some minutes the first time)"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint requirements.lock --editable '.[dev]'
	@touch $@ .venv/.installed
