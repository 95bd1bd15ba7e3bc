# Needs Python 3.11 or newer, its pip, and make. Nothing is installed outside this folder, but for the download
# caches of pip and uv; `make test` run as root also installs Chromium with apt-get when there is none.
#
# pip fetches a pinned uv into .tools (no python3-venv needed, and a system Python that refuses pip installs is left
# alone), uv makes .venv and fills it from a lock with hashes. Stamp files in .venv say what is installed.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help

PYTHON ?= python3
PORT ?= 8000
ARGS =
# One more than there are processors, since tests wait for browsers and databases; four at most, each takes 1 GB.
TEST_PROCESSES ?= $(shell processors=$$(getconf _NPROCESSORS_ONLN); echo $$((processors < 3 ? processors + 1 : 4)))

# The caller's own Python settings must not reach into our environment.
unexport PYTHONHOME PYTHONPATH VIRTUAL_ENV
export UV_PYTHON_DOWNLOADS := never
# Trust the certificates this machine trusts (a hospital's or company's proxy has its own), not only uv's own list.
ifneq ($(wildcard /etc/ssl/certs/ca-certificates.crt),)
export UV_SYSTEM_CERTS := 1
endif

UV := .tools/bin/uv
BIN := .venv/bin
RUNTIME := .venv/.installed-runtime
DEV := .venv/.installed-dev
TRAINING := .training/.installed
TRAINING_PYTHON := .training/bin/python
# Once the developers' tools are in, they stay: everything is then kept in step with their lock, which holds all of
# the runtime lock as well.
INSTALLED := $(if $(wildcard $(DEV)),$(DEV),$(RUNTIME))
# A virtual environment holds absolute paths: one whose folder was moved or copied is made anew.
VENV_FITS := $(shell [ -x $(BIN)/python ] && [ "$$(cat .venv/.location 2>/dev/null)" = "$$PWD" ] && echo yes)

.PHONY: help demo test install install-dev check format content reader triage-report screenshots bench-checker bench-dispatch \
	bench-inbound bench-claims bench-pages bench-advice bench-import lock clean browser FORCE

help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-13s %s\n", $$1, $$2 }' Makefile

demo: $(INSTALLED) ## Start the demo in the browser: make demo PORT=8000
	@exec $(BIN)/rygbot demo --port $(PORT)

test: $(DEV) browser ## Run all tests, on SQLite and PostgreSQL and in a browser: make test ARGS="-k calendar"
	@exec $(BIN)/python -m pytest -n $(TEST_PROCESSES) --dist worksteal $(ARGS)

install: $(INSTALLED) ## Set up .venv with what Rygbot needs to run
	@echo "Rygbot is set up: $(BIN)/rygbot"

install-dev: $(DEV) ## Set up .venv with the tools for tests and checks as well
	@echo "Rygbot and its developers' tools are set up in .venv"

check: $(DEV) ## Check style, format, types, import directions and dependencies
	@echo "== ruff: style and format"; $(BIN)/ruff check && $(BIN)/ruff format --check
	@echo "== mypy: types"; $(BIN)/mypy
	@echo "== import-linter: who may import whom"; $(BIN)/lint-imports --no-cache
	@echo "== deptry: declared and used dependencies"; $(BIN)/deptry .

format: $(DEV) ## Put the code in the project's format and mend what can be mended
	@$(BIN)/ruff format && $(BIN)/ruff check --fix

content: $(INSTALLED) ## Write docs/content.md: the table from source fact to text
	@$(BIN)/rygbot messages table > docs/content.md

reader: $(TRAINING) ## Train the checker's second reader anew, after a change of rules or corpus (10 minutes)
	@$(TRAINING_PYTHON) -m tools.train_reader

triage-report: $(TRAINING) ## Measure the checker on writers left out of training: docs/triage-report.md (40 minutes)
	@$(TRAINING_PYTHON) -m tools.triage_report

screenshots: $(DEV) ## Make the pictures of the staff's pages in docs/img anew, from a fresh demo
	@$(BIN)/python -m tools.screenshots

bench-checker: $(DEV) ## Measure the checker's speed and memory, and what it sees beside simpler means (1 minute)
	@$(BIN)/python -m benchmarks.checker

bench-dispatch: $(DEV) ## Measure how quickly due texts leave, with ceilings, floors and a count of what was lost (15 minutes)
	@$(BIN)/python -m benchmarks.dispatch $(ARGS)

bench-inbound: $(DEV) ## Measure how quickly patients' texts are taken in, read and answered, on PostgreSQL (2 minutes)
	@$(BIN)/python -m benchmarks.inbound $(ARGS)

bench-claims: $(DEV) ## Measure the worker's statements on tables of up to a million texts, on PostgreSQL (5 minutes)
	@$(BIN)/python -m benchmarks.claims $(ARGS)

bench-pages: $(DEV) ## Measure the staff's pages with 50 clinics and a million texts, on PostgreSQL (6 minutes)
	@$(BIN)/python -m benchmarks.pages $(ARGS)

bench-advice: $(DEV) ## Measure how soon a red reply has its advice while 10,000 texts wait, on PostgreSQL (2 minutes)
	@$(BIN)/python -m benchmarks.advice $(ARGS)

bench-import: $(DEV) ## Measure bulk enrolment of 10,000 patients from a file (6 minutes)
	@$(BIN)/python -m benchmarks.imports $(ARGS)

lock: $(UV) ## Write the locks from pyproject.toml; newest versions: make lock ARGS=--upgrade
	@$(COMPILE) --group bootstrap --output-file requirements-bootstrap.txt
	@$(COMPILE) pyproject.toml --group build --output-file requirements.txt
	@$(COMPILE) pyproject.toml --group build --group dev --constraints requirements.txt \
		--output-file requirements-dev.txt
	@$(COMPILE) pyproject.toml --group build --group training --constraints requirements.txt \
		--output-file requirements-training.txt
	@if grep -nE '://|^-' requirements*.txt; then echo "A lock must hold no address and no option." >&2; exit 1; fi
	@echo "Locks written: $$(grep -c '^[a-z]' requirements.txt) packages to run, $$(grep -c '^[a-z]' requirements-dev.txt) with the developers' tools"
COMPILE = $(UV) pip compile --quiet --universal --generate-hashes --python-version 3.11 --no-header $(ARGS)

clean: ## Remove everything installed and cached here (data in var/ stays)
	rm -rf .venv .tools .training .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find bot messages scheduler core tests benchmarks -name __pycache__ -prune -exec rm -rf {} + 2>/dev/null || true

# The set-up, step by step.

$(UV): requirements-bootstrap.txt
	@python=$$(command -v $(PYTHON)) || { echo "Python is missing: apt-get install python3 python3-pip" >&2; exit 1; }; \
	"$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "Rygbot needs Python 3.11 or newer; $$python is $$("$$python" -V). Name another: make PYTHON=/path/to/python3.11 ..." >&2; exit 1; }
	@$(BASE_PYTHON) -m pip --version >/dev/null 2>&1 || { echo "pip is missing: apt-get install python3-pip" >&2; exit 1; }
	@echo "Set-up 1/3: fetching the installer (uv, 25 MB)"
	@rm -rf .tools
	@PIP_REQUIRE_VIRTUALENV=0 PIP_USER=0 PIP_ROOT_USER_ACTION=ignore $(BASE_PYTHON) -m pip install -qq --target .tools \
		--require-hashes --only-binary :all: --no-deps --no-warn-script-location --disable-pip-version-check \
		-r requirements-bootstrap.txt || { echo $(NO_NETWORK) >&2; exit 1; }
	@touch $@
# The interpreter itself, also when $(PYTHON) is a shim or belongs to an activated virtual environment.
BASE_PYTHON = "$$($(PYTHON) -c 'import sys; print(sys._base_executable)')"

.venv/pyvenv.cfg: $(if $(VENV_FITS),,FORCE) | $(UV)
	@echo "Set-up 2/3: making .venv with $$($(PYTHON) -V)"
	@$(UV) venv --quiet --clear --no-project --python $(BASE_PYTHON) .venv
	@echo "$$PWD" > .venv/.location

$(RUNTIME): requirements.txt pyproject.toml .venv/pyvenv.cfg | $(UV)
	@echo "Set-up 3/3: installing $$(grep -c '^[a-z]' $<) packages (30 MB; some seconds, minutes on a slow line)"
	@$(call install_from,$<,$(BIN)/python)
	@touch $@

$(DEV): requirements-dev.txt pyproject.toml .venv/pyvenv.cfg | $(UV)
	@echo "Set-up 3/3: installing $$(grep -c '^[a-z]' $<) packages with the developers' tools (140 MB; some seconds, minutes on a slow line)"
	@$(call install_from,$<,$(BIN)/python)
	@touch $(RUNTIME) $@

# What trains and measures the second reader is large and seldom needed: it has a folder of its own.
$(TRAINING): requirements-training.txt pyproject.toml | $(UV)
	@echo "Set-up: installing $$(grep -c '^[a-z]' $<) packages for training (250 MB; some seconds, minutes on a slow line)"
	@$(UV) venv --quiet --clear --no-project --python $(BASE_PYTHON) .training
	@$(call install_from,$<,$(TRAINING_PYTHON))
	@touch $@

# $(1): a lock. $(2): the Python it goes to. Exactly what the lock names, then Rygbot itself, editable. uv's list of
# every package is left out.
# uv does not read pip's settings: a package mirror or a certificate named there is handed on.
define install_from
settings=$$($(BASE_PYTHON) -m pip config list 2>/dev/null || true); \
setting() { sed -nE "s/^[a-z:]+\.$$1='(.*)'$$/\1/p" <<< "$$settings" | head -1; }; \
index=$$(setting index-url); cert=$$(setting cert); \
if [ -n "$$index" ]; then export UV_DEFAULT_INDEX="$${UV_DEFAULT_INDEX:-$$index}"; fi; \
if [ -n "$$cert" ]; then export SSL_CERT_FILE="$${SSL_CERT_FILE:-$$cert}"; fi; \
$(UV) pip sync --python $(2) --require-hashes --no-build $(1) 2>&1 | { grep -vE '^ [-+~] |^(Resolved|Uninstalled) ' || true; } \
	|| { echo $(NO_NETWORK) >&2; exit 1; }; \
$(UV) pip install --quiet --python $(2) --no-index --no-deps --no-build-isolation --editable .
endef
NO_NETWORK = "The packages could not be installed; the cause stands above. Without direct network access, set https_proxy, or PIP_INDEX_URL to a package mirror, and run make again."

# The browser tests drive the system's Chromium (RYGBOT_CHROMIUM names another) through Playwright's Node.js, which
# needs libatomic1. A fresh Debian has neither.
browser: $(DEV)
	@missing=; \
	[ -n "$${RYGBOT_CHROMIUM:-}" ] || command -v chromium chromium-browser google-chrome >/dev/null || missing="chromium fonts-dejavu-core"; \
	.venv/lib/python3*/site-packages/playwright/driver/node --version >/dev/null 2>&1 || missing="$$missing libatomic1"; \
	[ -n "$$missing" ] || exit 0; \
	if [ "$$EUID" != 0 ] || ! command -v apt-get >/dev/null; then \
		echo "The browser tests need more from the system. As root: apt-get install" $$missing "(RYGBOT_CHROMIUM may name a Chromium that lies elsewhere)" >&2; exit 1; fi; \
	echo "Installing for the browser tests, with apt-get:" $$missing "(up to 200 MB, about a minute)"; \
	export DEBIAN_FRONTEND=noninteractive; apt-get update -qq; \
	apt-get install -y -q --no-install-recommends $$missing | { grep -E '^Need |^Get.* MB\]|^Setting up chromium' || true; }
