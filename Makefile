# xent, from two commands on a machine with Go and Node:
#
#	make run     builds everything, reports on a real model and serves the lab
#	make test    installs what the tests need and runs all of them
#
# Nothing is installed outside this folder, except by `make test`: it may fetch a
# Chromium (and, for Go's race detector, a C compiler) where the machine has none.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run build packages web test test-go test-arm64 test-race test-web test-browser fuzz bench bench-quick fmt lint generate clean need-go need-node

# Without paths of this machine in them, packages are compiled once for the binary, the tests and what looks them over.
export GOFLAGS := -trimpath $(GOFLAGS)

FUZZ     := 10000# calls of a fuzz target
PYTHON   := python3# whose libraries `make bench` measures beside xent; it installs none
MODELS   := testdata/models
STATIC   := go tool -modfile=tools/go.mod staticcheck
BENCH_STATIC := go tool -modfile=../tools/go.mod staticcheck
RACE     := . ./internal/par ./eval ./nn ./cmd/xent/...
SERIAL   := Oracle|Porting|PolyBelowZero|FreeNumbers|TestScripts|TestSessions|Simulate|MethodsFind|TestWarnings|AgainstSciPy# wide arithmetic, programs, many draws: slow under it, and covered
GO_FILES := $(shell find . -name '*.go' -not -path './web/*' -not -path './bench/*') go.mod go.sum
WEB_FILES := $(shell find web -type f -not -path 'web/node_modules/*' -not -path 'web/dist/*' -not -path 'web/generated/*')
SITE     := cmd/xent/site/dist

help: ## list the targets
	@echo 'make run    build everything, report on a real model, serve the lab'
	@echo 'make test   install what the tests need and run all of them'
	@echo
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-14s %s\n", $$1, $$2 }' Makefile

run: build ## build all, print the report of a real model, serve the lab on 127.0.0.1:8080
	@echo
	@echo '$$ xent eval $(MODELS)/digits-mlp-logits.npy $(MODELS)/digits-labels.npy'
	@bin/xent eval $(MODELS)/digits-mlp-logits.npy $(MODELS)/digits-labels.npy
	@echo
	@echo '$$ xent lab'
	@exec bin/xent lab

build: ## build bin/xent with the lab inside
	@$(MAKE) --no-print-directory -j2 bin/xent

web: web/dist/index.html ## build the lab's site into web/dist

bin/xent: $(GO_FILES) $(SITE)/index.html.gz
	go build -ldflags='-s -w' -o $@ ./cmd/xent

$(SITE)/index.html.gz: web/dist/index.html | packages
	@scripts/embed-site web/dist $(SITE)
	@touch $@

packages: need-go # what the binary is made of, but for the site, is compiled while that is built
	@go build ./cmd/xent/...

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_FILES) $(GO_FILES) | need-go
	cd web && npm run build

web/node_modules/.package-lock.json: web/package.json web/package-lock.json | need-node
	cd web && npm ci --no-audit --no-fund
	@touch $@

test: ## run all tests: Go, race detector, TypeScript, browser
	@scripts/timed 'build' $(MAKE) --no-print-directory build
	@scripts/timed 'go test' $(MAKE) --no-print-directory test-go
	@scripts/timed 'kernels for arm64' $(MAKE) --no-print-directory test-arm64
	@scripts/timed 'go test -race' $(MAKE) --no-print-directory test-race
	@scripts/timed 'TypeScript' $(MAKE) --no-print-directory test-web
	@scripts/timed 'browser' $(MAKE) --no-print-directory test-browser

test-go: need-go ## run the Go tests
	go test ./...
	cd bench && go test ./...

test-arm64: need-go ## run the tests of the kernels for arm64, under qemu-user where this is another machine
	@scripts/test-arm64

test-race: need-go ## run the concurrent packages under the race detector
	@scripts/need-cc
	CGO_ENABLED=1 go test -race -short -skip '$(SERIAL)' $(RACE)

test-web: web ## check and unit-test the TypeScript
	cd web && npm run check && npm test && npm run budgets

test-browser: build ## test the built site in headless Chromium
	cd web && XENT=$(CURDIR)/bin/xent npm run test:browser

fuzz: need-go ## fuzz losses, kernels and readers of files for FUZZ calls a target; their seeds run with the tests
	@for package in $$(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n 1 dirname | sort -u); do \
		for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz'); do \
			go test -run '^$$' -fuzz "^$$target$$" -fuzztime=$(FUZZ)x $$package || exit 1; done; done

bench: need-go ## measure xent beside the machine's limits and other libraries (PYTHON=...): some minutes
	go build -C bench -o ../bin/bench . && bin/bench --python '$(PYTHON)'

bench-quick: need-go ## the same on smaller shapes, in less than a minute
	go build -C bench -o ../bin/bench . && bin/bench --python '$(PYTHON)' --quick

fmt: web/node_modules/.package-lock.json ## format Go and the web sources
	gofmt -w .
	cd web && npm run format

generate: need-go ## write the generated files anew
	go generate ./...

lint: need-go web/node_modules/.package-lock.json ## formatting, vet, static checks, generated files, layering
	@scripts/timed 'formatting' scripts/lint-format
	@scripts/timed 'go vet' go vet ./...
	@scripts/timed 'staticcheck' $(STATIC) ./...
	@scripts/timed 'module files' go mod tidy -diff
	@scripts/timed 'the benchmark' sh -c 'cd bench && go vet ./... && $(BENCH_STATIC) ./... && go mod tidy -diff'
	@scripts/timed 'assembly' scripts/lint-kernels
	@scripts/timed 'other targets' sh -c 'go vet -tags noasm ./internal/kern && GOAMD64=v3 go build ./internal/kern'
	@scripts/timed 'layering, generated files' go test -count=1 -run 'TestLayers|TestGenerated' . ./internal/labgen

clean: ## remove everything that was built
	rm -rf bin web/dist web/generated web/node_modules
	@[ ! -d $(SITE) ] || find $(SITE) -mindepth 1 -not -name .gitkeep -delete

need-go:
	@command -v go >/dev/null || { echo 'xent needs Go 1.26 or later: https://go.dev/dl' >&2; exit 1; }

need-node:
	@command -v npm >/dev/null || { echo 'xent needs Node 20 or later: https://nodejs.org' >&2; exit 1; }
