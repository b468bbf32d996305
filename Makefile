# Everything a developer does; each target makes the environment it needs (.venv).
.PHONY: help demo test cover check bench docs long clean
.NOTPARALLEL:
.DEFAULT_GOAL := help
ARGS ?=
SEED ?= 0
BIN := .venv/bin
BENCHMARKS := $(filter-out %/people.py %/cjk_people.py %/million.py,$(sort $(wildcard benchmarks/*.py)))

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8

demo: .venv/.core ## a shop of five hundred people: taken in, judged, unified, renewed
	@$(BIN)/python -m ecrm_core demo $(ARGS)

test: .venv/.test ## the quick suite
	@$(BIN)/python -m pytest -n 2 $(ARGS)

cover: .venv/.test ## the quick suite, which branches it leaves out, and the least it may reach
	@$(BIN)/python -m pytest -n 2 --cov $(ARGS)

long: .venv/.test ## the random tests at full size (SEED=1 looks elsewhere)
	@ECRM_PROFILE=long ECRM_SEED=$(SEED) $(BIN)/python -m pytest -n 2 -m long \
		--hypothesis-seed=$(SEED) --durations=0 --durations-min=1 $(ARGS)

check: .venv/.test .venv/.lint ## lint, format, types, floors, security
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/bandit --quiet --configfile pyproject.toml --recursive src

bench: .venv/.test .venv/.bench ## every benchmark, each beside its peer
	@for file in $(BENCHMARKS); do echo "== $$file"; $(BIN)/python "$$file" || exit 1; done

docs: .venv/.docs ## the pages, into docs/_build
	@$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs docs/_build
	@echo "docs/_build/index.html"

clean: ## remove the environment and what the tools left behind
	rm -rf .venv .nox build dist docs/_build .coverage* .hypothesis .import_linter_cache
	rm -rf .mypy_cache .pytest_cache .ruff_cache ecrm-demo ecrm-demo.db ecrm-demo.db-*
	find src tests docs benchmarks examples -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# One stamp for the package and one for each dependency group; pyproject.toml renews them.
.venv/.core: pyproject.toml | $(BIN)/python
	@echo "installing ecrm_core into .venv"
	@$(BIN)/python -m pip install -qq --upgrade 'pip>=25.1' # the first that knows --group
	@$(BIN)/python -m pip install -qq --editable '.[cli]'
	@touch $@

.venv/.test .venv/.lint .venv/.docs .venv/.bench: .venv/.%: .venv/.core
	@echo "installing the tools for $* into .venv"
	@$(BIN)/python -m pip install -qq --group $*
	@touch $@

# The newest Python that is here, is new enough, and can make an environment.
$(BIN)/python:
	@for python in python3.13 python3.12 python3.11 python3; do \
		$$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || continue; \
		rm -rf .venv; \
		$$python -m venv .venv >/dev/null 2>&1 || continue; \
		echo "made .venv with $$($(BIN)/python --version)"; \
		exit 0; \
	done; \
	rm -rf .venv; \
	echo "no Python 3.11 or newer that can make a virtual environment; install one" >&2; \
	echo "(on Debian and Ubuntu: python3 and python3-venv)" >&2; \
	exit 1
