# Every target sets itself up: a virtual environment from constraints.txt, made once.
VENV ?= .venv
PYTHON ?= python3
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: demo test test-long bench lint lock clean
export FLWR_TELEMETRY_ENABLED := 0
export FLWR_DISABLE_UPDATE_CHECK := 1

demo: $(READY)  ## The whole way on this machine: server, four clients, real audio, rounds, a picture
	$(BIN)/vsr-simulate demo

test: $(READY)  ## All tests, with linters and types; the pages' tests wherever a Chromium is found
	$(BIN)/python -m pytest -m "not long" --numprocesses 3 --dist loadfile --no-loadscope-reorder

test-long: $(READY)  ## What `make test` leaves out: the demo, and deployments restored, poisoned, watched, killed
	$(BIN)/python -m pytest -m long

bench: $(READY)  ## Ratios against the alternatives, into build/bench.json
	$(BIN)/vsr-simulate bench

lint: $(READY)
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

lock: $(READY)  ## Write constraints.txt from this environment, after an update on purpose
	$(BIN)/python -m pip freeze --exclude-editable | sed '/ @ /d' > constraints.txt

clean:
	rm -rf $(VENV) build

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "VSR needs Python 3.11 or newer; set PYTHON to one")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[server,simulations,dev]'
	@touch $@
