# `make nightly` and `make test` do everything from a fresh clone; `make help` lists the rest.
PYTHON ?= $(firstword $(foreach name,python3.11 python3.12 python3,$(shell $(name) --version >/dev/null 2>&1 && echo $(name))))
UV := 0.13.8
BIN := .venv/bin
INSTALLED := .venv/.installed

.DEFAULT_GOAL := help
.PHONY: help install nightly ui test lint types contracts check lock dictionary reference docs picture screenshots gallery bench bench-ingest bench-fits bench-arima bench-history bench-forecast bench-forecast-scale crash-test fuzz monte-carlo bench-congestion clean

help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 24

$(INSTALLED): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(None if (3, 11) <= sys.version_info < (3, 13) else "Python 3.11 or 3.12 is needed; say make PYTHON=python3.11")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV)
	$(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --compile-bytecode -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

install: $(INSTALLED) ## Make .venv with everything in it; the other targets do so too

nightly: $(INSTALLED) ## Run the last three nights; on simulated data if home/ has no sources.toml
	@test -e home/sources.toml || $(BIN)/diurnal demo --home home
	@$(BIN)/diurnal nightly --home home --nights 3

ui: $(INSTALLED) ## Open the Dagster UI and daemon on home/
	$(BIN)/diurnal ui --home home

test: $(INSTALLED) ## Run the whole test suite; what needs something absent skips and says why
	$(BIN)/pytest -n 2 --dist loadfile -r s

lint: $(INSTALLED) ## Check style and formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(INSTALLED) ## Check types; strict in traffic and warehouse
	$(BIN)/mypy

contracts: $(INSTALLED) ## Check the direction of imports
	$(BIN)/lint-imports

check: test lint types contracts docs ## Everything that CI runs

lock: $(INSTALLED) ## Resolve the pins of pyproject.toml into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--extra dev pyproject.toml -o requirements.lock

dictionary: $(INSTALLED) ## Write docs/data_dictionary.md from the comments in sql/
	$(BIN)/python -m warehouse.dictionary > docs/data_dictionary.md

reference: $(INSTALLED) ## Write docs/cli.md from the commands
	$(BIN)/python -m orchestration.command_reference > docs/cli.md

docs: $(INSTALLED) ## Build the documentation's site into build/site, strictly and without a network
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet
	@echo "build/site/index.html is the front page; with search: $(BIN)/python -m http.server -d build/site"

picture: $(INSTALLED) ## Draw docs/forecast.png, the picture of the README, from home/
	$(BIN)/python docs/picture.py

screenshots: $(INSTALLED) ## Take the pictures of docs/ui.md in Chromium: ten minutes
	PYTHONPATH=.:tests/browser $(BIN)/python docs/screenshots.py

gallery: $(INSTALLED) ## Write docs/gallery.md and its pictures from the docstrings and simulated processes
	PYTHONPATH=.:docs $(BIN)/python -m gallery

bench: $(INSTALLED) ## Time a night on the simulated landing zone
	$(BIN)/python benchmarks/night.py

bench-ingest: $(INSTALLED) ## Time reading a log of two million lines, beside GoAccess and DuckDB
	$(BIN)/python benchmarks/ingest.py

bench-fits: $(INSTALLED) ## Time the fits and diagnostics of a thousand series
	$(BIN)/python benchmarks/fits.py

bench-arima: $(INSTALLED) ## Time a night with ARIMA and GARCH for no series and for as many as by default
	$(BIN)/python benchmarks/constant_volatility.py

bench-forecast-scale: $(INSTALLED) ## Time forecasting ten thousand five-minute series
	$(BIN)/python benchmarks/forecast_scale.py

bench-history: $(INSTALLED) ## Time a night with the same new data on a short and on a long history
	$(BIN)/python benchmarks/history.py

bench-congestion: $(INSTALLED) ## Hold probabilities of congestion against what came, on rolling nights of the panels
	$(BIN)/python benchmarks/congestion.py

bench-forecast: $(INSTALLED) ## Hold the forecasts against statsforecast's and Prophet's: hours, the first time
	$(BIN)/python benchmarks/forecast.py

crash-test: $(INSTALLED) ## Kill nights at random moments and at the worst ones: twenty minutes
	$(BIN)/python tests/crash/crash_test.py --random 50

fuzz: $(INSTALLED) ## Feed arbitrary bytes to the parsers for an hour
	$(BIN)/uv pip install --quiet --python $(BIN)/python atheris
	mkdir -p .fuzz && $(BIN)/python tests/fuzz/fuzz_parsers.py .fuzz -max_total_time=3600 -max_len=1024 -len_control=0

monte-carlo: $(INSTALLED) ## Simulate coverage and size with 2,000 replications: some minutes
	MONTE_CARLO_REPLICATIONS=2000 $(BIN)/pytest -n 2 --dist worksteal $$(find tests -name '*_monte_carlo.py')

clean: ## Remove the environment and the caches; home/ stays
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis .fuzz .peers build dist
