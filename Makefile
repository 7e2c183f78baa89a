# Everything a newcomer needs: `make serve`, `make test`. Each does its own set-up.

PYTHON ?= python3
PORT ?= 8000
VENV := .venv
BIN := $(VENV)/bin
# On our own loopback address there is no TLS; anywhere else it is on (docs/hosting.md).
LOCAL := TLS=off
# Quiet but for errors: what pip warns of is how this machine is set up, and `--require-hashes` refuses what is wrong.
INSTALL := $(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes
# `make test COVER=--cov` prints what no test reached, by branch. Not by default: tests that walk every path take twice to
# three times as long with it, and the build server has twelve minutes.
COVER :=
# Two servers may share a port without a word, each with half of the requests: so ask first.
FREE = @$(BIN)/python -c 'import socket, sys; sys.exit(socket.socket().connect_ex(("127.0.0.1", $(PORT))) == 0 \
	and "Port $(PORT) is in use. Choose another one, such as: make $@ PORT=$(shell expr $(PORT) + 1)")'

.DEFAULT_GOAL := help
.PHONY: help serve dev staff unit test lint lock bench soak audit screenshots words messages truth clean

help: ## Say what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/base: requirements/base.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: make PYTHON=python3.12 ...")'
	@echo "Setting up $(VENV); this takes a minute, once"
	@$(PYTHON) -m venv $(VENV)
	@$(INSTALL) -r requirements/base.txt
	@touch $@

$(VENV)/test: requirements/test.txt $(VENV)/base
	@$(INSTALL) -r requirements/test.txt
	@touch $@

$(VENV)/bench: requirements/bench.txt $(VENV)/base
	@$(INSTALL) -r requirements/bench.txt
	@touch $@

PO := $(wildcard navigator/locale/*/LC_MESSAGES/django.po)
MO := $(PO:.po=.mo)
%.mo: %.po | $(VENV)/base
	@$(BIN)/pybabel --quiet compile --input-file $< --output-file $@ --locale $(notdir $(patsubst %/LC_MESSAGES/,%,$(dir $<)))

serve: $(VENV)/base $(MO) ## Set up what is missing and serve the site on 127.0.0.1, port PORT (8000)
	$(FREE)
	@$(LOCAL) $(BIN)/python manage.py setup
	@# `error`: at `warning` granian doubts its own choice of 512 threads, which slow phones need where no nginx is.
	@echo "Serving on http://127.0.0.1:$(PORT)/  (staff: /admin/, an account: make staff)"
	@$(LOCAL) MALLOC_ARENA_MAX=2 exec $(BIN)/granian --interface wsgi --host 127.0.0.1 --port $(PORT) --workers 1 --no-access-log --log-level error navigator.wsgi:application

dev: $(VENV)/base $(MO) ## Serve it while you work: code, templates and styles are read anew when they change
	$(FREE)
	@$(LOCAL) DEV=on $(BIN)/python manage.py setup
	@$(LOCAL) DEV=on DJANGO_RUNSERVER_HIDE_WARNING=true exec $(BIN)/python manage.py runserver --nostatic 127.0.0.1:$(PORT)

staff: $(VENV)/base $(MO) ## Create a staff account
	@$(LOCAL) $(BIN)/python manage.py setup
	@$(LOCAL) $(BIN)/python manage.py createsuperuser

unit: $(VENV)/test $(MO) ## Run some tests in one process: make unit ARGS=tests/engine/test_flow.py
	@$(if $(ARGS),$(BIN)/python -m pytest -n 0 $(ARGS),echo "Say which: make unit ARGS=tests/engine/test_flow.py"; exit 2)

test: $(VENV)/test $(MO) lint ## Run every check and every test, in real browsers; on PostgreSQL too, what touches the database
	@$(BIN)/python -m tests.browser.find
	@$(BIN)/python -m tests.postgres
	$(BIN)/python -m pytest $(COVER)
	$(BIN)/python -m tests.postgres $(BIN)/python -m pytest -m "not browser and not served and not faults"

bench: $(VENV)/bench $(MO) ## Print how fast and how light the site is, beside an empty view and a session wizard
	@$(BIN)/python -m tests.bench

soak: $(VENV)/test $(MO) ## Break the running site for longer, and count 300 ways on the line (needs nginx)
	@$(BIN)/python -m tests.postgres
	FAULT_SECONDS=60 HOSTILE_REQUESTS=50000 WIRE_WAYS=300 $(BIN)/python -m pytest -n 0 --timeout 1800 tests/faults tests/wire

tests/audit/node_modules: tests/audit/package-lock.json
	cd tests/audit && npm ci --ignore-scripts --silent && touch node_modules

audit: $(VENV)/test $(MO) tests/audit/node_modules ## Check the HTML of every page, and how a slow phone fares (needs npm and Java)
	@$(BIN)/python -m tests.browser.find
	@$(BIN)/python -m tests.audit

lint: $(VENV)/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --check --lint --quiet
	$(BIN)/lint-imports
	$(BIN)/mypy
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_urlsafe(64))') $(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

screenshots: $(VENV)/test $(MO) ## Take pictures of every kind of page into docs/screenshots/, to be looked at
	@$(BIN)/python -m tests.screenshots

truth: $(VENV)/test $(MO) ## Write the routing and the ends of the stories anew: tests/truth_table.txt, tests/stories/outcomes.txt
	@$(BIN)/python manage.py truth_table > tests/truth_table.txt
	@DJANGO_SETTINGS_MODULE=tests.settings $(BIN)/python -m tests.stories

words: $(VENV)/test ## Print how easy every public text is to read
	@$(BIN)/python -m tests.words

messages: $(VENV)/test ## Put new words of the interface into the catalogues, to be translated there
	@$(BIN)/python -m tests.messages

lock: $(VENV)/base ## Pin the requirements anew
	$(BIN)/python -m pip install -qq --disable-pip-version-check uv
	cd requirements && for name in base test bench; do UV_CUSTOM_COMPILE_COMMAND="make lock" \
		$(abspath $(BIN))/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url $(ARGS) $$name.in --output-file $$name.txt; done

clean: ## Remove the virtual environment (what staff wrote, in var/, stays)
	rm -rf $(VENV)
