# Each target works alone on a fresh machine with Python 3.11+, make and git: it makes the environment it needs.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: help setup demo test check format bench docs clean

help:  ## show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

setup: $(READY)  ## make .venv with brickline, and the demo's job environments
	@$(BIN)/brickline images build --for-demo

demo: setup  ## train and serve a model of late flights, by hand, by git push, by events (KEEP=1: the server stays)
	@$(BIN)/python -m brickline.demo

test: $(READY)  ## run every test
	@$(BIN)/python -m pytest -n auto --dist worksteal

check: $(READY)  ## format, lint, types, import contracts, generated documents
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/python docs/generate.py --check

format: $(READY)  ## format the code and mend what the linter can
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

docs: $(READY)  ## write the generated documents
	@$(BIN)/python docs/generate.py

bench: $(READY)  ## measure (FULL=1: all of it)
	@$(BIN)/python -m bench $(if $(FULL),--full)

clean:  ## remove the environments and caches
	rm -rf $(VENV) .clients .mypy_cache .ruff_cache .pytest_cache .hypothesis

$(READY): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Brickline needs Python 3.11 or newer; set PYTHON=")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv
	@$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --editable '.[demo]' --group dev
	@touch $@
