# Everything a checkout can do. `make` lists it; each target brings along the set-up it needs.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory
.DELETE_ON_ERROR:

# Extra flags for the tests, as in: make test TESTFLAGS='-race -run Booking'
TESTFLAGS ?=
PACKAGES ?= ./...
# The demo clinic's size: small, medium or large.
SIZE ?= small

bin := .local/bin
with_db := deploy/scripts/with-db.sh
with_test_db := ZAPIS_CLUSTER=test deploy/scripts/with-db.sh
# A .env that names a database is the user's word on which one the program uses; the tests never touch that one.
program_db = $(if $(shell grep -sE '^(export )?ZAPIS_DATABASE_URL(_FILE)?=' .env),,$(with_db))
# Two packages at a time: each has its own databases, and two cores are what CI has.
go_test := go test -v -count=1 -p 2 -timeout 20m
summary := awk $(if $(filter -v,$(TESTFLAGS)),-v loud=1) -f tools/test-summary.awk

##@ Use

.PHONY: help
help: ## list the targets
	@awk -f tools/help.awk $(MAKEFILE_LIST)

.PHONY: run
run: build ## set everything up, then serve the demo clinic and print the addresses
	@$(program_db) deploy/scripts/run.sh

.PHONY: demo
demo: build ## fill the demo clinic: make demo SIZE=medium
	@$(program_db) bash -euc 'bin/zapis migrate; exec env ZAPIS_DEMO=1 bin/zapis demo --size $(SIZE)'

.PHONY: db-up
db-up: ## start the local PostgreSQL and print both addresses
	@deploy/scripts/local-db.sh up

.PHONY: db-down
db-down: ## stop the local PostgreSQL
	@deploy/scripts/local-db.sh down
	@ZAPIS_CLUSTER=test deploy/scripts/local-db.sh down

##@ Build

# The revision goes into the program, except where git refuses the checkout (another owner's, say): that must not stop a build.
buildvcs = -buildvcs=$(shell git rev-parse HEAD >/dev/null 2>&1 && echo true || echo false)

.PHONY: build
build: need-go assets ## bin/zapis
	@go build -trimpath $(buildvcs) -o bin/zapis ./cmd/zapis

# The web assets are rebuilt when an input is newer than the last build.
assets := cabinet/assets
asset_inputs := $(shell find $(assets) \( -name node_modules -o -name dist \) -prune -o -type f -print 2>/dev/null)

.PHONY: assets
assets: $(if $(wildcard $(assets)/package.json),$(assets)/dist/.built) ## scripts and styles of the cabinet and the chat

$(assets)/dist/.built: $(asset_inputs) $(assets)/node_modules/.package-lock.json
	@cd $(assets) && npm run --silent build
	@touch $@

$(assets)/node_modules/.package-lock.json: $(assets)/package.json $(assets)/package-lock.json | need-node
	@cd $(assets) && npm ci --silent --no-audit --no-fund
	@touch $@

.PHONY: generate
generate: $(bin)/sqlc $(bin)/templ ## Go from queries.sql and *.templ, with the pinned tools; what examples teach
	@$(bin)/sqlc generate
	@$(bin)/templ generate -log-level error
	@go generate ./dialog/understand
	@tools/sql-inputs.sh >core/store/db/inputs.sha256

##@ Check

.PHONY: test
test: test-setup ## every test, against a real PostgreSQL
	@$(with_test_db) $(go_test) $(TESTFLAGS) $(PACKAGES) | $(summary)

.PHONY: test-setup
test-setup: need-go assets
	@command -v chromium chromium-browser google-chrome >/dev/null || deploy/scripts/install.sh chromium fonts-dejavu-core fonts-noto-color-emoji
	@command -v pdfinfo >/dev/null || deploy/scripts/install.sh poppler-utils

.PHONY: test-faults
test-faults: test-setup ## the fault drills at their full length, up to an hour; their short ones are among the tests
	@$(with_test_db) go test -v -count=1 -timeout 60m -tags faults $(TESTFLAGS) ./faults | $(summary)

.PHONY: test-attack
test-attack: build ## sqlmap and wapiti against a demo clinic of its own, signed in (ten minutes at most)
	@deploy/scripts/install.sh sqlmap wapiti curl
	@$(with_db) deploy/scripts/attack.sh

.PHONY: check
check: export ZAPIS_E2E = required
check: lint tidy generated-fresh test ## lint, module and generated code fresh, tests: what CI runs

.PHONY: tidy
tidy: need-go ## go.mod and go.sum list what is used, no more and no less
	@go mod tidy -diff >/dev/null || { echo 'go.mod or go.sum is stale: run "go mod tidy" and commit them' >&2; exit 1; }

.PHONY: lint
lint: need-go $(bin)/golangci-lint ## the linters of .golangci.yml
	@$(bin)/golangci-lint run $(PACKAGES)

.PHONY: fmt
fmt: need-go $(bin)/golangci-lint ## format Go the way lint wants it
	@$(bin)/golangci-lint fmt

.PHONY: generated-fresh
generated-fresh: need-go ## committed generated code is what its sources make
	@tools/generated-fresh.sh

.PHONY: bench
bench: test-setup ## every benchmark, figures as a table
	@$(with_db) go test -run '^$$' -bench . -p 1 -timeout 60m $(TESTFLAGS) $(PACKAGES) | awk -f tools/bench-table.awk

# Developer tools, each pinned by a module of its own under tools/ and built once into .local/bin.
# golangci-lint takes under two minutes on two cores, sqlc about as long, templ half a minute.
tool_package = $(shell sed -n 's/^tool //p' tools/$(1)/go.mod)

$(bin)/%: tools/%/go.mod tools/%/go.sum | need-go
	@echo "building $* (once)" >&2
	@mkdir -p $(bin)
	@cd tools/$* && go build -trimpath -buildvcs=false -o $(CURDIR)/$@ $(call tool_package,$*)
	@touch $@

.PHONY: need-go need-node
need-go:
	@command -v go >/dev/null || { echo "Go is missing: install Go 1.26 or newer (go.dev/doc/install), then run make again" >&2; exit 1; }

need-node:
	@command -v npm >/dev/null || { echo "Node is missing: install Node 20 or newer with npm (nodejs.org), then run make again" >&2; exit 1; }
