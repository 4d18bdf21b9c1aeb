# `make run` and `make test` do all the set-up on a fresh machine; the second time they are quick.
PYTHON_ENV = .venv/bin/python
ARGS =
# Processes that share the tests, a file each at a time, the longest first; WORKERS=0 runs them in one.
WORKERS = 2
PYTEST_ARGS = -n $(WORKERS) --dist loadfile --no-loadscope-reorder

# Processes that tests start load what was compiled, also where the caller wants no bytecode written.
unexport PYTHONDONTWRITEBYTECODE

# Tests need no screen, and torch's threads must not spin while they wait. Chromium refuses its sandbox to root only.
export OMP_WAIT_POLICY ?= PASSIVE
TEST_ENV = QT_QPA_PLATFORM=$${QT_QPA_PLATFORM:-offscreen}
ifeq ($(shell id -u),0)
export QTWEBENGINE_DISABLE_SANDBOX = 1
endif

.PHONY: help run test test-fast test-load soak fuzz lint screenshots bench clean setup setup-test

help:
	@echo "make run          set up, and open the window on the demo (without a display: run it into out/)"
	@echo "make test         set up, check (as make lint does), and run the tests; ARGS='-k name' passes arguments to pytest"
	@echo "make test-fast    the tests without a window and without what is marked slow"
	@echo "make test-load    the tests ten times while every core is busy; log in out/load.log (ARGS='--times 3')"
	@echo "make soak         2,000 random edits through the window; says whether memory, threads or files grow"
	@echo "make lint         ruff, mypy, and who may import whom"
	@echo "make screenshots  pictures of every screen into out/screenshots (ARGS=--out=DIR for elsewhere)"
	@echo "make bench        every measurement in tests/benchmarks"
	@echo "make fuzz         thousands of damaged and hostile files; ARGS='--count 500 --kind onnx --seed 7', or --replay FOLDER"
	@echo "make clean        remove caches and out/ (keeps .venv)"

run: setup
	@packaging/run-demo.sh

test: setup-test lint
	@$(TEST_ENV) $(PYTHON_ENV) -m pytest $(PYTEST_ARGS) $(ARGS)

test-fast: setup-test
	@$(TEST_ENV) $(PYTHON_ENV) -m pytest $(PYTEST_ARGS) --ignore tests/ui -m "not ui and not slow" $(ARGS)

test-load: setup-test
	@$(TEST_ENV) $(PYTHON_ENV) -m tests.load $(ARGS) -- $(PYTEST_ARGS)

soak: setup-test
	@$(TEST_ENV) $(PYTHON_ENV) -m tests.soak $(ARGS)

lint: setup-test
	@$(PYTHON_ENV) -m ruff check .
	@$(PYTHON_ENV) -m ruff format --check .
	@.venv/bin/lint-imports --no-logo
	@$(PYTHON_ENV) -m mypy

screenshots: setup-test
	@$(TEST_ENV) $(PYTHON_ENV) -m tests.screenshots $(ARGS)

bench: setup-test
	@set -e; for file in tests/benchmarks/bench_*.py; do \
		name=$$(basename $$file .py); echo "== $$name"; $(TEST_ENV) $(PYTHON_ENV) -m tests.benchmarks.$$name $(ARGS); done

fuzz: setup-test
	@$(TEST_ENV) $(PYTHON_ENV) -m tests.fuzz $(ARGS)

clean:
	@rm -rf out build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
	@find workbench tests -name __pycache__ -type d -exec rm -rf {} +

setup:
	@packaging/bootstrap.sh run

setup-test:
	@packaging/bootstrap.sh test
