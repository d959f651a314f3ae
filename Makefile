# Tools that the tests and the linter need go to .cache/bin.
SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
export PATH := $(CURDIR)/.cache/bin:$(PATH)
export GOTOOLCHAIN := local

VERSION  := $(shell cat VERSION)
REVISION := $(shell git rev-parse --short HEAD 2>/dev/null || echo unknown)
COMMON   := github.com/prometheus/common/version
LDFLAGS  := -s -w -X $(COMMON).Version=$(VERSION) -X $(COMMON).Revision=$(REVISION)

.PHONY: run demo build fleet test test-chaos test-rules test-alerts test-dashboards test-prometheus3 lint generate generate-chart screenshots bench load performance bench-dashboards load-fleet soak fuzz clean packages test-packages test-image test-chart test-kubernetes snapshot test-release test-deploy test-ansible vulnerabilities

# The exporter over a simulated machine: nothing else is needed.
run: build
	@echo "Status page: http://localhost:9945/   Metrics: http://localhost:9945/metrics   End: Ctrl-C"
	@exec bin/ascend_exporter --sim --web.listen-address=127.0.0.1:9945

# A simulated fleet in which things break, and a Prometheus over it, with links to look at.
demo: fleet
	.ci/tools prometheus
	@exec deploy/demo/run

# Static binaries for this machine; GOOS and GOARCH choose another, BIN another folder.
BIN ?= bin
build:
	CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/ ./cmd/...

# deb and rpm for amd64 and arm64, in PACKAGES.
PACKAGES ?= bin/packages
packages:
	.ci/tools packages
	deploy/packages/build $(PACKAGES)

# The simulated fleet, which is built with Prometheus's own storage and takes minutes the first time.
fleet:
	cd cmd/superpod-sim && CGO_ENABLED=0 go build -trimpath -ldflags '$(LDFLAGS)' -o $(CURDIR)/bin/ .

# Tests of what runs at the same time as something else with the race detector, then all for the coverage of statements: both in one
# run take several times as long. Installs what they need, or says what is skipped.
test: build
	.ci/tools test
	go vet ./...
	go test -short -run Budget ./collector ./collector/npusmi ./collector/hccntool
	go test -race -short -timeout 10m $$(go list ./... | grep -vE '/(collector/sim(/direct|/truth)?|chaos)$$')
	go test -timeout 10m -coverpkg=./... -coverprofile=.cache/coverage.out $$(go list ./... | grep -v '/chaos$$') >.cache/coverage.log || { cat .cache/coverage.log; exit 1; }
	.ci/coverage .cache/coverage.out 85
	cd cmd/superpod-sim && go vet ./... && go test -short -timeout 5m ./...
	cd deploy/prometheus && go vet ./... && go test -timeout 5m ./...
	cd dashboards && go vet ./... && go test -timeout 5m ./...
	cd deploy/helm && go test -timeout 5m -run '^TestCopies' .
	$(MAKE) -s test-rules
	cd docs/pictures && ASCEND_EXPORTER_BIN=$(CURDIR)/bin/ascend_exporter go test -count=1 -timeout 5m ./...

# What docs/reliability.md promises, held against the released binary while everything around it fails: in a minute or two, on Linux.
test-chaos:
	go test -count=1 -parallel 8 -timeout 5m ./cmd/ascend_exporter/chaos

# The alerts end to end, in a minute or two: simulated hosts that break, a real Prometheus, a real Alertmanager.
test-alerts:
	.ci/tools test
	cd cmd/superpod-sim && go test -count=1 -timeout 5m -run '^TestAlerts$$' .

# Every query of every dashboard on a real Prometheus over simulated fleets, in a minute or two.
test-dashboards:
	.ci/tools prometheus
	cd cmd/superpod-sim && go test -count=1 -timeout 10m -run '^TestDashboards' .

# The packages, installed in a Debian that is booted for it, with a simulated npu-smi.
test-packages:
	.ci/tools test-packages
	deploy/packages/test

# The image, built without a registry: over a Debian of its own in the place of the images that the Dockerfile names.
test-image:
	.ci/tools test-image
	deploy/image/test

# promtool's tests of the rules, of those too that are off by default.
PROMTOOL ?= promtool
test-rules:
	.ci/tools prometheus
	rm -rf .cache/rules
	cd deploy/prometheus && go run ./render -values=tests/values/everything.yml -out=$(CURDIR)/.cache/rules
	$(PROMTOOL) check rules deploy/prometheus/rules/*.yml deploy/prometheus/compat/*.yml .cache/rules/*.yml >/dev/null
	$(PROMTOOL) check config deploy/prometheus/examples/*-sd.yml >/dev/null
	$(PROMTOOL) test rules deploy/prometheus/tests/*.yml deploy/prometheus/compat/tests/*.yml

# The same with Prometheus 3, whose promtool is built from source the first time. Debian's knows no Kubernetes.
test-prometheus3:
	cd .ci/prometheus3 && go build -trimpath -ldflags '-s -w' -o $(CURDIR)/.cache/bin/promtool3 github.com/prometheus/prometheus/cmd/promtool
	promtool3 check rules --lint=all --lint-fatal deploy/prometheus/rules/*.yml deploy/prometheus/compat/*.yml >/dev/null
	promtool3 check config deploy/prometheus/examples/kubernetes.yml >/dev/null
	$(MAKE) -s test-rules PROMTOOL=promtool3

# The Helm chart and the plain manifests: lint, goldens, unit tests, schemas.
test-chart: build
	.ci/tools chart
	cd deploy/helm && go vet ./... && ASCEND_EXPORTER_BIN=$(CURDIR)/bin/ascend_exporter go test -count=1 -short -timeout 5m ./...
	helm-unittest deploy/helm/ascend-exporter

# The same over a real control plane of Kubernetes, which is built from source the first time (half an hour of one core). No container runs.
test-kubernetes:
	.ci/tools chart
	.ci/tools kubernetes
	cd deploy/helm && go test -count=1 -v -timeout 15m -run '^TestKubernetes$$' .

lint:
	.ci/tools lint
	golangci-lint config verify
	golangci-lint run ./...
	cd cmd/superpod-sim && golangci-lint run --config ../../.golangci.yml ./...
	cd deploy/prometheus && golangci-lint run --config ../../.golangci.yml ./...
	cd dashboards && golangci-lint run --config ../.golangci.yml ./...
	cd deploy/helm && golangci-lint run --config ../../.golangci.yml ./...
	cd docs/pictures && golangci-lint run --config ../../.golangci.yml ./...
	actionlint
	shellcheck .ci/run .ci/tools .ci/coverage .ci/fuzz .ci/load-fleet deploy/demo/run deploy/slurm/*.sh deploy/packages/build deploy/packages/test deploy/packages/test-inside deploy/image/test deploy/image/healthcheck
	shellcheck deploy/ansible/test deploy/ansible/test-inside .ci/release .ci/performance
	cd .ci/goreleaser && golangci-lint run --config ../../.golangci.yml ./...
	cd .ci/dockerlint && golangci-lint run --config ../../.golangci.yml ./... && go test ./... && go run . <$(CURDIR)/Dockerfile
	shellcheck --shell=sh deploy/packages/user.sh deploy/packages/deb/* deploy/packages/rpm/*

# Pages, goldens, rules and dashboards that are made from the code. The picture is made by the test of the status page.
generate: build
	.ci/tools test
	go test ./cmd/ascend_exporter -run '^(TestGeneratedDocs|TestSupportPage)$$' -update
	go test ./collector ./collector/npusmi ./collector/sim ./collector/sim/scenario -update
	go test ./deploy/compose -run '^TestAlertmanager$$' -update
	cd deploy/prometheus && go test . -run 'TestRulesAreFresh|TestAlertsPage|TestGlobalRules' -update
	cd dashboards && go run ./generate
	cd deploy/helm && go test -count=1 -run '^TestCopies' . -update
	cd docs/pictures && ASCEND_EXPORTER_BIN=$(CURDIR)/bin/ascend_exporter go test -count=1 ./... -update

# The chart's goldens, and the manifests that are rendered from it: needs Helm, which is built from source the first time.
generate-chart: build
	.ci/tools chart
	cd deploy/helm && go test -count=1 -short -run 'TestGolden|TestManifests$$|TestValuesTable' . -update

# Pictures of all dashboards from a Grafana that has them, with the token of a service account where it asks for one.
GRAFANA_URL ?= http://localhost:3000
SCREENSHOTS ?= docs/dashboards
screenshots:
	.ci/tools test
	cd docs/pictures && GRAFANA_URL='$(GRAFANA_URL)' GRAFANA_TOKEN='$(GRAFANA_TOKEN)' SCREENSHOTS='$(abspath $(SCREENSHOTS))' \
		go test -count=1 -timeout 15m -run '^TestDashboards$$' .

# Benchmarks in the form that benchstat compares: of what runs on a host, not of the simulator. BENCH_FLAGS=-count=10 for a comparison.
BENCH_FLAGS ?=
bench:
	go test $$(go list ./collector/... ./cmd/ascend_exporter | grep -v /collector/sim) -run '^$$' -bench . -benchmem $(BENCH_FLAGS)

# Many scrapers at the same time, in all ways, over the exporter with 16 simulated chips: a table.
LOAD_SCRAPERS ?= 100
LOAD_TIME ?= 10s
load:
	mkdir -p .cache
	go test -count=1 -timeout 20m -run '^TestLoad$$' ./cmd/ascend_exporter -args -load.scrapers=$(LOAD_SCRAPERS) -load.time=$(LOAD_TIME) -load.report=$(CURDIR)/.cache/load.md
	cat .cache/load.md

# All of that against the budgets, as the tables of docs/performance.md.
performance: load
	.ci/performance

# What every panel costs over BENCH_RACKS racks of 64 chips, as a table in .cache/dashboards.md; needs 6 GB, and half an hour on two cores.
BENCH_RACKS ?= 128
bench-dashboards:
	.ci/tools prometheus
	mkdir -p .cache
	cd cmd/superpod-sim && go test -count=1 -timeout 2h -run '^TestDashboardsCost$$' . -args -cost.racks=$(BENCH_RACKS) -cost.report=$(CURDIR)/.cache/dashboards.md
	cat .cache/dashboards.md

# What 8,192 simulated chips cost a Prometheus and the simulator, in LOAD_SECONDS.
LOAD_SECONDS ?= 600
load-fleet: fleet
	.ci/tools prometheus
	.ci/load-fleet $(LOAD_SECONDS)

# An exporter while everything breaks around it, again and again: six days by a clock of the test's own, in a minute or two, then
# SOAK_SECONDS of real time, as a table in .cache/soak.md.
SOAK_SECONDS ?= 3600
SOAK_PRODUCT ?= 910B3
soak: build
	mkdir -p .cache
	go test -count=1 -v -timeout 30m -run '^TestSoak$$' ./cmd/ascend_exporter -args -soak.hours=144 -soak.product=$(SOAK_PRODUCT)
	ASCEND_EXPORTER_BIN=$(CURDIR)/bin/ascend_exporter go test -count=1 -timeout 0 -run '^TestSoakProcess$$' ./cmd/ascend_exporter \
		-args -soak.product=$(SOAK_PRODUCT) -soak.seconds=$(SOAK_SECONDS) -soak.report=$(CURDIR)/.cache/soak.md
	cat .cache/soak.md

# Every fuzz target, or those that FUZZ, a pattern, matches, for FUZZTIME: a duration, or a number of inputs.
FUZZTIME ?= 10m
FUZZ     ?= .
fuzz:
	.ci/fuzz $(FUZZTIME) '$(FUZZ)'

# What a release has beside its images, in .cache/dist and .cache/release-packages, without a tag. SNAPSHOT_SKIP= makes lists of materials
# too, which takes syft; only a workflow can sign.
SNAPSHOT_SKIP ?= sbom
snapshot: export VERSION := $(VERSION)
snapshot:
	.ci/tools release
	@git remote | grep -q . || { echo "snapshot: goreleaser knows the commit only where git has a remote: run it in a clone" >&2; exit 1; }
	goreleaser release --snapshot --clean --skip=sign,$(SNAPSHOT_SKIP)

# That a snapshot is what it should be, and the same when it is built again elsewhere.
test-release:
	.ci/tools release
	goreleaser check --quiet
	.ci/release

# Files of compose and goreleaser by their own libraries, and the role's by Ansible. Configurations within them are tests of `make test`.
test-deploy:
	.ci/tools deploy
	goreleaser-config .goreleaser.yml
	compose-spec -no-interpolation deploy/compose/compose.yml >/dev/null
	compose-spec -no-interpolation deploy/compose/demo/compose.yml >/dev/null
	if command -v ansible-playbook >/dev/null; then cd deploy/ansible && yamllint . && ansible-playbook --syntax-check -i inventory.example.ini site.yml; fi

# The role of Ansible, run in a Debian of its own.
test-ansible:
	.ci/tools test-packages
	.ci/tools packages
	deploy/ansible/test

# Known vulnerabilities that the binaries really call, where the database of Go can be reached.
vulnerabilities:
	go run golang.org/x/vuln/cmd/govulncheck@v1.8.0 ./...
	cd cmd/superpod-sim && go run golang.org/x/vuln/cmd/govulncheck@v1.8.0 ./...

clean:
	rm -rf bin .cache
