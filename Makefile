# Granary. "make" prints what there is to make; CI runs "make test" and nothing else.
# A machine needs Go, Node and make; every target sets up the rest by itself.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:

WASMBUILD := go run ./cmd/wasmbuild
APP       := examples/atlas
BLOG      := examples/react-blog
NATIVE    := examples/react-native-web
BACKENDS  := examples/backends
DIST      := web/dist
LIBRARY   := cmd/wasmbuild/generate/library
NAMES     := cmd/wasmbuild/generate/names
ADDR      ?= 127.0.0.1:8080
T         ?= 30s
BENCH_SMALL := 5000

# The example app takes the package as an app does, by its name, which npm links to
# web/. The engine's files come from there when the page is served.
define BUILD_APP
mkdir -p $(APP)/dist
node $(APP)/build-data.mjs
cp -R $(APP)/public/. $(APP)/dist/
$(WASMBUILD) bundle -out $(APP)/dist/app.js $(APP)/src/main.ts
endef

# What "go test -v" says without the names of tests that pass: what random tests
# tell of their seeds, and all of those that fail.
BRIEF := grep -vE '^ *(=== |--- PASS|PASS$$|\?)'

# Where a test that hangs is stopped.
GO_TIMEOUT   := 10m
RACE_TIMEOUT := 15m
NODE_TIMEOUT := 900

BROWSER := GOOS=js GOARCH=wasm
# npm leaves this file behind when it has installed.
MODULES := node_modules/.package-lock.json
BENCH_MODULES := bench/node_modules/.package-lock.json

# A number that was given to make, or another.
given = $(if $(filter command line environment,$(origin $(1))),$($(1)),$(2))

# One test of the engine's storage, at a size; "make test" runs it at its small one.
ATTACK := go test ./store -v -timeout 60m

.PHONY: postgres synccheck load
.PHONY: attack sweep crash-points rollback damage model diffs sim
.PHONY: crash help setup browser browsers build generate demo demo-blog test lint lint-go lint-web test-go test-idb test-web test-browsers test-harsh test-react test-atlas test-blog test-native-web test-backends test-bundlers size bench bench-go bench-go-once bench-all bench-growth bench-peers bench-live bench-first-sync bench-small fuzz clean

help: ## print these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-17s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(MODULES) browser postgres ## install what npm and Debian provide

$(MODULES): package.json package-lock.json .npmrc $(wildcard web/package.json examples/*/package.json test/*/package.json test/bundlers/*/package.json)
	npm ci --no-audit --no-fund
	@touch $@

BROWSER_PACKAGES := chromium firefox-esr libwebkit2gtk-4.1-0 xvfb xauth dbus-daemon

browsers: $(MODULES) ## install Chromium, Firefox ESR and WebKitGTK
	@if dpkg-query --show $(BROWSER_PACKAGES) >/dev/null 2>&1; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends $(BROWSER_PACKAGES); \
	elif [ "$$(node web/test/browser.mjs)" != "chromium firefox webkit" ]; then \
	  echo "install $(BROWSER_PACKAGES), or set CHROMIUM, FIREFOX and MINIBROWSER to their paths" >&2; exit 1; \
	fi

browser:
	@if command -v "$${CHROMIUM:-chromium}" >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends chromium; \
	else \
	  echo "the tests need Chromium: install it (Debian: apt-get install chromium) or set CHROMIUM to its path" >&2; exit 1; \
	fi

# The tests of the server run a PostgreSQL of their own; only its programs have to be there.
postgres: ## install PostgreSQL
	@if ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || [ -x "$${PG_BINDIR:-}/initdb" ] || command -v initdb >/dev/null; then exit 0; fi; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  apt-get update && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends postgresql; \
	else \
	  echo "the tests need PostgreSQL: install it (Debian: apt-get install postgresql) or set PG_BINDIR to the directory of initdb" >&2; exit 1; \
	fi

build: $(MODULES) ## build the npm package into web/dist
	$(WASMBUILD) build -out $(DIST)

demo: $(MODULES) ## build the example app and serve it at ADDR (127.0.0.1:8080), with a server that it syncs with
	$(WASMBUILD) build -out $(DIST) -fast
	$(BUILD_APP)
	sed 's|<head>|&<meta name="sync" content="/sync">|' $(APP)/public/index.html > $(APP)/dist/index.html
	@mkdir -p build
	go run ./cmd/granaryd -addr $(ADDR) -schema $(APP)/src/atlas.graphql -db build/atlas.db -static $(APP)/dist,$(DIST)

demo-blog: $(MODULES) ## build the React example and serve it at ADDR, with a server that it syncs with
	$(WASMBUILD) build -out $(DIST) -fast
	BLOG_SYNC=/sync npm run --silent --workspace $(BLOG) build
	@mkdir -p build
	go run ./cmd/granaryd -addr $(ADDR) -schema $(BLOG)/src/blog.graphql -model-policy Post=strict -db build/blog.db -static $(BLOG)/dist

# Models are generated into the repository, so that nothing but a change of a schema
# needs a run; a test of cmd/wasmbuild fails when they are out of date.
generate: ## write the typed models of the example apps and of the tests
	$(WASMBUILD) generate -ts -out $(APP)/src $(APP)/src/atlas.graphql
	$(WASMBUILD) generate -ts -out $(BLOG)/src $(BLOG)/src/blog.graphql
	$(WASMBUILD) generate -ts -out $(NATIVE)/src $(BLOG)/src/blog.graphql
	$(WASMBUILD) generate -ts -out web/test/library $(LIBRARY)/library.graphql
	$(WASMBUILD) generate -go library -out $(LIBRARY) $(LIBRARY)/library.graphql
	$(WASMBUILD) generate -ts -out web/test/names $(NAMES)/names.graphql
	$(WASMBUILD) generate -go names -out $(NAMES) $(NAMES)/names.graphql

test: lint test-go bench-go-once build size test-idb test-web test-harsh test-react test-atlas test-blog test-native-web test-backends test-bundlers bench-small ## run everything that CI runs, quick faults first

lint: lint-go lint-web ## check formatting, vet and types

lint-go:
	@unformatted=$$(find . -name '*.go' -not -path './build/*' -not -path '*/node_modules/*' -exec gofmt -l {} +); \
	if [ -n "$$unformatted" ]; then printf 'gofmt would change:\n%s\n' "$$unformatted" >&2; exit 1; fi
	go vet ./...
	$(BROWSER) go vet ./store/... ./idb/... ./wasm/...
	$(BROWSER) go vet -tags sdl ./store/... ./idb/... ./wasm/...

lint-web: $(MODULES)
	npm run --silent --workspaces --if-present lint

test-go: postgres ## test the Go packages, the engine with the race detector where there is a C compiler
	go test -v -timeout $(GO_TIMEOUT) ./... | $(BRIEF)
	@if [ "$$(go env CGO_ENABLED)" = 1 ] && command -v "$$(go env CC)" >/dev/null; then \
	  echo "go test -race ./store/..."; go test -race -timeout $(RACE_TIMEOUT) ./store/...; \
	else \
	  echo "no C compiler: the race detector was left out"; \
	fi

test-idb: setup ## test the IndexedDB backend in each browser that is installed
	@for browser in $$(node web/test/browser.mjs); do echo "idb in $$browser"; idb/test.sh -b $$browser; done

# What differs between browsers, storage and pages, is tested in all of them; the rest
# in Chromium, and in the others by "make test-browsers".
# What of the page's tests is run with the engine in a worker, too; make test-web WORKER_PART= runs all of them.
WORKER_PART := -g store

test-web: setup build ## test the npm package in Chromium, and its pages in each browser that is installed
	timeout $(NODE_TIMEOUT) node web/test/run.mjs
	timeout $(NODE_TIMEOUT) node web/test/run.mjs --host worker $(WORKER_PART)
	@for browser in $$(node web/test/browser.mjs); do \
	  if [ $$browser != chromium ]; then timeout $(NODE_TIMEOUT) node web/test/run.mjs -b $$browser --outside; fi; \
	done

test-browsers: browsers build ## test idb, the npm package and granary/react in Chromium, Firefox and WebKitGTK
	@for browser in chromium firefox webkit; do \
	  idb/test.sh -b $$browser -v | $(BRIEF); \
	  timeout $(NODE_TIMEOUT) node web/test/run.mjs -b $$browser; \
	  timeout $(NODE_TIMEOUT) node web/react/test/run.mjs -b $$browser; \
	done

test-harsh: setup build ## kill, break and fill the browser beneath a store, at a small size
	timeout $(NODE_TIMEOUT) node web/test/harsh/run.mjs

test-react: setup build ## test granary/react in Chromium and in Node, on React 18 and 19
	timeout $(NODE_TIMEOUT) node web/react/test/run.mjs

test-atlas: setup build ## test the example app in Chromium
	$(BUILD_APP)
	timeout $(NODE_TIMEOUT) node $(APP)/test/run.mjs

test-blog: setup build ## test the React example in Chromium
	npm run --silent --workspace $(BLOG) build
	timeout $(NODE_TIMEOUT) node $(BLOG)/test/run.mjs

test-native-web: setup build ## test the React Native Web example in Chromium
	npm run --silent --workspace $(NATIVE) build
	timeout $(NODE_TIMEOUT) node $(NATIVE)/test/run.mjs

test-backends: setup build ## test the small backends of docs/ with two stores each in Chromium
	timeout $(NODE_TIMEOUT) node $(BACKENDS)/test/run.mjs

test-bundlers: setup build ## test the packed package in Vite, webpack, esbuild, Next.js and a plain page
	timeout $(NODE_TIMEOUT) node test/bundlers/run.mjs

size: build ## compare what a page loads with the budgets
	$(WASMBUILD) size -dir $(DIST)

$(BENCH_MODULES): bench/package.json bench/package-lock.json bench/.npmrc
	cd bench && npm ci --ignore-scripts --no-audit --no-fund
	@touch $@

bench-peers: $(BENCH_MODULES) ## install the libraries that Granary is compared with

bench: setup build bench-peers ## compare with other libraries at a small size; PEERS=granary,dexie chooses, ROUNDS=3
	node bench/run.mjs --size S --rounds $(call given,ROUNDS,3) $(if $(PEERS),--peers $(PEERS))

bench-all: setup build bench-peers ## compare with all of them at the large size and write docs/performance.md; ROUNDS=5
	node bench/run.mjs --size L --rounds $(call given,ROUNDS,5) --write

bench-growth: setup build bench-peers ## measure how cost grows up to N=1000000 records and write docs/performance.md; FROM=100000 and PEERS=granary,dexie measure a part anew
	node bench/growth.mjs $(call given,N,1000000) --write $(if $(FROM),--from $(FROM)) $(if $(PEERS),--peers $(PEERS))

bench-go: setup ## measure parts of the engine natively and in Chromium, for benchstat; BENCH=Commit chooses, COUNT=6
	bench/go.sh '$(call given,BENCH,.)' $(call given,COUNT,6)

# Every benchmark of the engine, once, natively: that it runs and finds what it looks for.
bench-go-once:
	go test -timeout $(GO_TIMEOUT) -run '^$$' -bench . -benchtime 1x ./store/... | grep -vE '^(Benchmark|goos:|goarch:|pkg:|cpu:|PASS$$|\?)'

bench-live: setup build ## measure live queries; N=100000 is the number of records
	node bench/live.mjs $(call given,N,100000)

bench-first-sync: setup build ## measure the first sync of N=100000 records from granaryd
	node bench/first-sync.mjs $(call given,N,100000)

# All workloads of the peers that need no package, and every answer checked.
bench-small: setup build
	timeout $(NODE_TIMEOUT) node bench/run.mjs --own --size tiny --rounds 1
	timeout $(NODE_TIMEOUT) node bench/live.mjs $(BENCH_SMALL) --rounds 1
	timeout $(NODE_TIMEOUT) node bench/first-sync.mjs $(BENCH_SMALL) --rounds 1

synccheck: postgres ## check the sync server against its protocol, on SQLite and PostgreSQL
	go test ./server/conformance -run '^TestServer_' -count=1 -v | $(BRIEF)

load: postgres ## measure the sync server on both storages under N=200 stores that sync, for T=30s
	go run ./bench/load -engine -clients $(call given,N,200) -for $(T)

attack: sweep crash-points rollback damage model diffs sim ## attack storage natively, at full size

sweep: ## meet every fault, and every two of them, at all calls of storage
	$(ATTACK) -run '^TestFaults_' -sweep.pairs | $(BRIEF)

crash-points: ## end the program and the power at N=60000 points of random histories
	$(ATTACK) -run '^TestCrash_' -crash.points $(call given,N,60000) | $(BRIEF)

rollback: ## empty storage or roll it back in SEEDS=20000 random histories
	$(ATTACK) -run '^TestRollback_' -rollback.seeds $(call given,SEEDS,20000) | $(BRIEF)

damage: ## damage stored bytes N=50000 times
	$(ATTACK) -run '^TestDamage_' -damage.flips $(call given,N,50000) | $(BRIEF)

diffs: ## try every change of a schema on N=100 sets of random records
	$(ATTACK) -run '^TestDiffs_' -diff.seeds $(call given,N,100) | $(BRIEF)

sim: ## simulate clients, servers and lines out of SEEDS=20000 seeds
	go test ./store/internal/sim -v -timeout 60m -run '^TestSim_' -seeds $(call given,SEEDS,20000) | $(BRIEF)

model: ## compare the engine with a plain model on SEEDS=5000 random histories of each kind
	$(ATTACK) -run '^(TestModel|TestLive)_' -model.seeds $(call given,SEEDS,5000) -setup.seeds $(call given,SEEDS,5000) -live.seeds $(call given,SEEDS,5000) | $(BRIEF)

crash: setup build ## attack storage in the browser, as test-harsh, at a size; N=200 is the number of kills
	node web/test/harsh/run.mjs --n $(call given,N,200)

# Each target of every package in turn; the last line of each tells its executions.
fuzz: ## fuzz all that takes bytes from outside; T=30s is the time for each target
	@for package in $$(go list ./store/... ./server/...); do \
	  for target in $$(go test -list '^Fuzz' $$package | grep '^Fuzz' || true); do \
	    echo "$$package $$target"; \
	    out=$$(mktemp); \
	    go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(T) $$package >$$out 2>&1 || { cat $$out; rm -f $$out; exit 1; }; \
	    grep 'execs:' $$out | tail -n 1; rm -f $$out; \
	  done; \
	done

clean: ## remove what was built; what was installed stays
	rm -rf build $(DIST) examples/*/dist
