# `make` alone lists what there is. Every target builds .venv first; the second time that takes no time.
.PHONY: help demo test check bench fmt messages manual
.DEFAULT_GOAL := help

PACKAGES := accounts auth_flow payments statements complaints bkt_portal
SOURCES := $(PACKAGES) bench tests manage.py
CATALOGUES := $(wildcard bkt_portal/locale/*/LC_MESSAGES/django.po)
PAGES = $$(find templates -name '*.html')
BIN := .venv/bin
WORDS := $(BIN)/python -m bkt_portal.management.commands.words
READY := .venv/.built .venv/.words

# Checks read the settings but reach no server; nothing here is a secret.
UNREACHED := PORTAL_MODE=test SECRET_KEY=unused FNP_KEY=unused PROOF_KEY=unused \
	DATABASE_URL=postgresql://unused@127.0.0.1:1/unused REDIS_URL=redis://127.0.0.1:1/0

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-9s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: $(READY) ## run the whole portal (PORT, PORTAL_DIR, BANK_CLOCK); Ctrl-C stops it, the data stays
	@exec $(BIN)/python manage.py up

test: $(READY) ## run every test, the browser's too (ARGS="-k cutoff" picks some)
	@CHROMIUM="$$($(BIN)/python -m tests.browser)" && export CHROMIUM && exec $(BIN)/python -m pytest -n 2 $(ARGS)

check: $(READY) ## format, lint, types, imports, templates, translations, migrations, security
	@$(BIN)/ruff format --check $(SOURCES)
	@$(BIN)/ruff check $(SOURCES)
	@$(UNREACHED) $(BIN)/mypy $(SOURCES)
	@$(BIN)/lint-imports
	@$(BIN)/djade --check --target-version 5.2 $(PAGES)
	@$(WORDS) --check
	@$(UNREACHED) $(BIN)/python -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run
	@$(BIN)/python -m pytest -q -c /dev/null --rootdir=. -p no:django -p no:cacheprovider --noconftest tests/house/test_compose.py
	@$(BIN)/bandit --quiet --recursive --severity-level medium $(PACKAGES) manage.py

bench: $(READY) ## run the benchmarks into bench/results.json (ONLY=ledger picks one group, QUICK=1 is shorter)
	@exec $(BIN)/python -m bench $(if $(ONLY),--only $(ONLY)) $(if $(QUICK),--quick)

fmt: $(READY) ## put code and templates into their form
	@$(BIN)/ruff format $(SOURCES)
	@$(BIN)/ruff check --fix $(SOURCES)
	@$(BIN)/djade --target-version 5.2 $(PAGES)

manual: $(READY) ## take the manual's pictures anew from the demo that is running (PORT, PORTAL_DIR)
	@env="$${PORTAL_DIR:-.portal}/env"; test -f "$$env" || { echo "No demo has run here: start one with make demo."; exit 1; }; \
	set -a; . "$$(realpath "$$env")"; exec $(BIN)/python manage.py manual_pictures --url "http://localhost:$${PORT:-8000}"

messages: $(READY) ## bring the English catalogue up to date with code and templates
	@$(WORDS) --update

.venv/.built: pyproject.toml uv.lock bin/bootstrap bin/uv-version
	@bin/bootstrap
	@touch $@

.venv/.words: .venv/.built $(CATALOGUES) bkt_portal/words.py
	@$(WORDS) --compile > /dev/null
	@touch $@
