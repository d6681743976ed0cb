# Two commands to know: `make run` to try it, `make check` for everything that CI runs.

SHELL := /bin/sh
PYTHON ?= python3
PORT ?= 8080
BIN := .venv/bin

.DEFAULT_GOAL := help
.PHONY: help run reset check test orders tampering erasing crash forge model moves broken conditions roll upgrade-path clamd first rows openapi flow-language fuzz-api story bench growth hostile lock sbom format clean env env-dev

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

env:
	@$(PYTHON) scripts/bootstrap.py run

env-dev:
	@$(PYTHON) scripts/bootstrap.py dev

run: env ## the product with a demo agency on http://127.0.0.1:8080 (PORT= for another); keeps its data in var/
	@exec $(BIN)/banli run --demo --port $(PORT)

reset: ## clear the data of `make run`
	@rm -rf var && echo "var/ cleared"

check: env-dev ## format, lint, types, imports, all tests, with the seconds of each (SUITES="lint tests" for some)
	@$(BIN)/python -m scripts.check $(SUITES)

test: env-dev ## the tests only, each on both databases; ARGS="tests/engine -k flow" picks some
	@$(BIN)/python -m pytest $(or $(ARGS),-n 2 tests)

orders: env-dev ## files, words and undo in a thousand random orders: none lost, none double (ORDERS= for another number)
	@BANLI_TEST_ORDERS=$(or $(ORDERS),1000) $(BIN)/python -m pytest -q -n 2 tests/bot/test_orders.py

tampering: env-dev ## random edits, cuts, insertions and swaps of the audit: all found (TAMPERINGS= for another number)
	@BANLI_TEST_TAMPERINGS=$(or $(TAMPERINGS),100000) $(BIN)/python -m pytest -q tests/core/test_tampering.py

erasing: env-dev ## a hundred clients with a thousand documents are erased on both databases: no store holds a word (ERASED=)
	@BANLI_TEST_ERASED=$(or $(ERASED),100) $(BIN)/python -m pytest -q --timeout 3600 --durations 4 tests/security/test_erasure_in_size.py

crash: env-dev ## kill -9 of every process at every fail point on both databases, then judge (KILLS= and SEED= for others)
	@$(BIN)/python -m tests.crash --kills $(or $(KILLS),2000) --seed $(or $(SEED),1)

forge: env-dev ## 50,000 forged requests and 1,000 captured ones ten times over for each channel (FORGED=, REPLAYED=, SEED=)
	@$(BIN)/python -m tests.forgery --forged $(or $(FORGED),50000) --replayed $(or $(REPLAYED),1000) --seed $(or $(SEED),1)

model: env-dev ## the product against a small reference model, run by run (RUNS=, SEED= and JOBS= for others)
	@$(BIN)/python -m tests.model --runs $(or $(RUNS),2000) --seed $(or $(SEED),1) --jobs $(or $(JOBS),2) --seen

moves: env-dev ## random publishes and moves of running cases, each step judged (RUNS=, SEED=, JOBS=, DATABASE=postgres; PLANTED=1: faults of ours)
	@$(if $(PLANTED),BANLI_TEST_PLANTED=1 $(BIN)/python -m pytest -q -s --timeout 7200 tests/moves/test_moves.py -k found_out,$(BIN)/python -m tests.moves --runs $(or $(RUNS),1000) --seed $(or $(SEED),1) --jobs $(or $(JOBS),2) --database $(or $(DATABASE),sqlite))

broken: env-dev ## 5,000 broken flows: every problem at once, each at its place (BROKEN= and SEED= for others)
	@BANLI_TEST_BROKEN=$(or $(BROKEN),5000) BANLI_TEST_SEED=$(or $(SEED),1) $(BIN)/python -m pytest -q --timeout 7200 tests/engine/test_broken_flows.py

conditions: env-dev ## 20,000 fuzzed conditions: none crashes, overruns its budget or runs code (CONDITIONS= and SEED=)
	@BANLI_TEST_CONDITIONS=$(or $(CONDITIONS),20000) BANLI_TEST_SEED=$(or $(SEED),1) $(BIN)/python -m pytest -q --timeout 7200 tests/engine/test_conditions_fuzzed.py

roll: env-dev ## a rolling restart under load on PostgreSQL with Redis: none lost, none double (ROUNDS= for another number)
	@$(BIN)/python -m tests.rolling --rounds $(or $(ROUNDS),50)

upgrade-path: env-dev ## old code from this repository's history and new beside each other over real migrations
	@$(BIN)/python -m tests.rolling.upgrade

clamd: env-dev ## the virus check against a real clamd of this machine (apt-get install clamav-daemon; needs no signatures)
	@$(BIN)/python -m pytest -q tests/real/clamd.py

first: env-dev ## the first ten minutes of an agency, from an empty folder to an approved document, timed
	@$(BIN)/python -m scripts.first_ten_minutes

openapi: env-dev ## make the code's description of the API the released one, docs/openapi.json
	@$(BIN)/python -m scripts.api_changes --write

flow-language: env-dev ## write the reference page of the flow language, docs/flow-language.md, from the spec
	@$(BIN)/python -m scripts.flow_language --write

fuzz-api: env-dev ## 10,000 cases against the API, as each role, with a fixed seed (CASES= and SEED= for others)
	@$(BIN)/python -m tests.admin_api.fuzz --cases $(or $(CASES),10000) --seed $(or $(SEED),1)

rows: env-dev ## which mission rows a passing test shows
	@$(BIN)/python -m scripts.rows

story: env-dev ## every story of every flow, on each channel that needs no platform
	@$(BIN)/banli story run --channel loopback --channel webchat flows/*/stories/*.yaml

bench: env-dev ## messages a second and latency on both databases, beside the same work in raw SQL
	@$(BIN)/python -m benchmarks $(ARGS)

hostile: env-dev ## a client who floods, a burst that waited, a large job, Redis gone: what the others notice
	@for each in sqlite postgres; do $(BIN)/python -m benchmarks.hostile --database $$each || exit 1; done
	@$(BIN)/python -m benchmarks.without_redis

growth: env-dev ## houses of 1,000 to 1,000,000 cases on both databases: what grows with them (ARGS="--sizes 1000 10000" for others)
	@$(BIN)/python -m benchmarks.growth $(or $(ARGS),--sizes 1000 10000 100000 1000000 --messages 100000 --workers 1 2 4 --cold)

lock: env-dev ## write the lock files anew from pyproject.toml (UPGRADE=1 takes newer versions)
	@$(BIN)/python -m scripts.lock $(if $(UPGRADE),--upgrade)

sbom: env-dev ## write build/banli-sbom.cdx.json (CycloneDX 1.6: what is shipped), and list the licences
	@$(BIN)/python -m scripts.sbom && $(BIN)/python -m scripts.licences

format: env-dev ## let the formatter and the linter repair what they can
	@$(BIN)/ruff format --quiet . && $(BIN)/ruff check --quiet --fix .

clean: ## remove the environment and every cache; the data in var/ stays
	@rm -rf .venv build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
