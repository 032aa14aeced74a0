# Two commands: `make dashboard` starts the page, `make test` proves it. Both need Python 3.11 to 3.14 and nothing else.
VENV ?= .venv
PYTHON ?= $(shell sh tools/find_python.sh)
PORT ?= 8866
# A failed test is tried once more and told (R): a busy machine may stand still for a second.
PYTEST_ARGS ?= -n 2 --dist loadgroup --reruns 1 -raR

BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check
PACKAGES := $(wildcard pipeline demo synthetic widgets server tools benchmarks)
TEMPLATE := $(wildcard share/jupyter/voila/templates/landcover/*)

.DEFAULT_GOAL := help
.PHONY: help dashboard test lint types tests coverage browser demo-data benchmark docs format pins clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 22

dashboard: demo-data ## Install what is missing and start the dashboard (PORT=8866)
	$(BIN)/voila dashboard.ipynb --no-browser --port=$(PORT)

test: lint types tests ## Check style, spelling and types and run every test

lint: $(VENV)/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/codespell

types: $(VENV)/installed-dev
	$(BIN)/mypy $(PACKAGES)

tests: demo-data $(VENV)/installed-dev $(VENV)/installed-benchmark $(VENV)/installed-docs
	@$(BIN)/python -m tools.browser --optional
	$(BIN)/python -m pytest $(PYTEST_ARGS)

coverage: demo-data $(VENV)/installed-dev $(VENV)/installed-benchmark $(VENV)/installed-docs ## Run the tests and tell how much of the code they run
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest $(PYTEST_ARGS)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

browser: $(VENV)/installed-dev
	@$(BIN)/python -m tools.browser

demo-data: $(VENV)/installed
	@$(BIN)/python -m demo --generate

benchmark: browser $(VENV)/installed-benchmark ## Measure speed and memory into docs (QUICK=1: only print; ONLY=whole: one part)
	$(BIN)/python -m benchmarks $(if $(QUICK),--quick) $(addprefix --only ,$(ONLY))

docs: demo-data $(VENV)/installed-dev $(VENV)/installed-docs ## Build the documents as a site into build/site, tutorials run
	DOCS_RUN=1 NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build

format: $(VENV)/installed-dev ## Bring the code into shape
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

pins: $(VENV)/installed-dev ## Write the pin files anew from pyproject.toml (UPGRADE=1: newest versions)
	$(BIN)/python -m tools.pins $(if $(UPGRADE),--upgrade)

clean: ## Remove the environment
	rm -rf $(VENV)

$(VENV)/installed: requirements.txt tools/install_page.py $(TEMPLATE)
	@sh tools/create_environment.sh "$(PYTHON)" $(VENV)
	@echo "Installing what the dashboard needs (once, a minute or two)."
	@$(PIP) --requirement requirements.txt
	@$(BIN)/python tools/install_page.py
	@touch $@

$(VENV)/installed-dev: requirements-dev.txt $(VENV)/installed
	@echo "Installing what the tests need (once)."
	@$(PIP) --requirement requirements-dev.txt
	@touch $@

$(VENV)/installed-benchmark: requirements-benchmark.txt $(VENV)/installed
	@echo "Installing what the benchmarks compare with (once)."
	@$(PIP) --requirement requirements-benchmark.txt
	@touch $@

$(VENV)/installed-docs: requirements-docs.txt $(VENV)/installed-dev
	@echo "Installing what the documents need (once)."
	@$(PIP) --requirement requirements-docs.txt
	@touch $@
