.DEFAULT_GOAL := help
.PHONY: help test lint format types contracts check page golden bench bench-full wheel ci clean

help:  ## list what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

test:  ## run all tests
	pytest

lint:  ## look for mistakes and untidy code
	ruff check
	ruff format --check

format:  ## tidy the code
	ruff check --fix
	ruff format

types:  ## check the types
	mypy

contracts:  ## check that imports point down the layers
	lint-imports

check: lint types contracts test  ## all of these, as before a commit

page:  ## check and build the page (needs Node.js >= 18.18; npm ci in web/ first)
	cd web && npm run typecheck && npm run lint && npm test && npm run build

golden:  ## write the golden files that hold the page's model to Python's numbers
	python -m tests.golden.write

bench:  ## run every benchmark small, with its peers in the same run (extra: bench)
	python benchmarks/all.py

bench-full:  ## the same at full size: an hour or more
	python benchmarks/all.py --full

wheel:  ## build the wheel into dist/
	pip wheel . --no-deps --wheel-dir dist

ci:  ## what CI runs: the README's commands from scratch, then all checks, then the wheel alone
	.ci/run

clean:  ## remove what tools left behind
	rm -rf dist build .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
