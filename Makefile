# One command each; `make` alone prints them. Everything but Docker needs only Python 3.11+ and npm.
.DEFAULT_GOAL := help
.PHONY: help bootstrap run demo journey test check format solo bench constraints secrets

PYTHON ?= python3
ENV := .venv/bin

help: ## print the commands
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

bootstrap: ## make the environment (only when something has changed)
	@$(PYTHON) libs/devstack/bootstrap.py dev

run: bootstrap ## the main job, Ctrl-C stops all; PACK=thanh-hoa or dong-nai for another province
	@$(ENV)/python -m libs.devstack $(if $(PACK),--pack $(PACK))

demo: bootstrap ## a day of contacts in a few minutes, on a simulated clock
	@$(ENV)/python -m libs.devstack.demo

journey: bootstrap ## take one case through a running hotline, by HTTP alone
	@$(ENV)/hotline journey

test: bootstrap ## the whole test suite
	@$(ENV)/python -m pytest

check: bootstrap ## lint, format, types, import rules
	@$(ENV)/ruff check . && $(ENV)/ruff format --check . && $(ENV)/mypy && $(ENV)/lint-imports

format: bootstrap ## let ruff put things in order
	@$(ENV)/ruff check --fix . ; $(ENV)/ruff format .

solo: bootstrap ## install each service alone and import all its modules
	@$(ENV)/python -m libs.devstack.solo

bench: ## every benchmark, as ratios
	@$(PYTHON) libs/devstack/bootstrap.py dev bench
	@$(ENV)/python -m benchmarks

constraints: bootstrap ## write every third-party version to constraints.txt
	@$(ENV)/python -m libs.devstack.constraints

secrets: bootstrap ## keys and passwords for compose.yaml, in .secrets/
	@$(ENV)/hotline secrets .secrets
