# Two commands do all the set-up: `make example` and `make test`. PYTHON chooses the interpreter.
PYTHON ?= python3
VENV ?= .venv

.PHONY: example test check docs clean

$(VENV)/installed: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e .
	touch $@

$(VENV)/installed-tests: $(VENV)/installed
	$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check -e '.[test]'
	sh scripts/install_test_tools.sh
	touch $@

# Exit status 1 means "findings", which is what the example is there to show.
example: $(VENV)/installed
	$(VENV)/bin/tritonlint check examples/model_repository || test $$? -eq 1

test: $(VENV)/installed-tests
	$(VENV)/bin/python -m pytest -n 2

# Lint, types and freshness of generated files; .ci/run calls it after the tests.
check: $(VENV)/installed-tests
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/python scripts/build_docs.py --check

docs: $(VENV)/installed-tests
	$(VENV)/bin/python scripts/build_docs.py

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache
