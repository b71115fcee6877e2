# Two commands do all the set-up on a new machine with Python 3.11 or newer: `make demo` and `make test`.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin
READY = $(VENV)/.ready

.PHONY: demo test lint types docs bench readme pins clean

demo: $(READY)  ## assess the shipped portfolio and compare it with what was published
	$(BIN)/lifeloop demo --output out/demo

test: $(READY)  ## all tests
	$(BIN)/python -m pytest -n auto --dist loadfile

lint: $(READY)  ## style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

docs: $(READY)  ## generated tables are up to date, every example in the docs runs
	$(BIN)/python -m docs.generate --check
	$(BIN)/python -m pytest tests/test_docs.py

readme: $(READY)  ## write the generated tables into README and docs
	$(BIN)/python -m docs.generate

bench: $(READY)  ## speed, as ratios against plain Brightway on this machine
	$(BIN)/python -m benchmarks.run

pins: $(READY)  ## renew requirements.txt (hashes, no addresses)
	$(BIN)/python -m pip install -q uv
	$(BIN)/uv pip compile --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url \
		--extra dev --upgrade --custom-compile-command "make pins" pyproject.toml -o requirements.txt

$(READY): requirements.txt pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $(READY)

clean:
	rm -rf $(VENV) out build dist
