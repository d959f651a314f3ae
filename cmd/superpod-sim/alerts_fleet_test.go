package main

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/faults"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/fleet"
	"github.com/ascend-exporter/ascend_exporter/collector/sim/scenario"
)

// A clock goes on when it is told to, so that however slow the machine is nothing that the hosts do is missed.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()

	return c.now
}

func (c *clock) advance(by time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()

	c.now = c.now.Add(by)
}

// serveStories runs a fleet with a SuperPod for each story, named like it, and gives its address.
func serveStories(t *testing.T, stories []story, clock *clock) (address string) {
	t.Helper()

	var hosts []*fleet.Host
	for _, s := range stories {
		hosts = append(hosts, s.build(t, clock.Now())...)
	}

	table, err := faults.Builtin()
	if err != nil {
		t.Fatal(err)
	}

	exporters := fleet.NewExporters(hosts, fleet.Options{Faults: table}, clock.Now())
	exporters.Advance(t.Context(), clock.Now(), clock.Now(), func() {})

	ready := make(chan struct{})
	close(ready)

	handler := newHandler(t.Context(), new(options), exporters, clock.Now, ready, slog.New(slog.DiscardHandler))
	server := httptest.NewServer(inTimeOfScraper(handler, clock))
	t.Cleanup(server.Close)

	return server.Listener.Addr().String()
}

// npus are those of a host.
const npus = 4

// build makes the hosts: faults are on the first ones.
func (s story) build(t *testing.T, start time.Time) []*fleet.Host {
	t.Helper()

	config := fleet.Config{
		Cluster: "c1", SuperPods: 1, Racks: 1, HostsPerRack: s.hosts, Product: cmp.Or(s.product, "910B3"), NPUs: npus, Seed: 1, Start: start,
	}

	well, err := fleet.New(config)
	if err != nil {
		t.Fatal(err)
	}

	if config.Scenario, err = scenario.Load(s.file()); err != nil {
		t.Fatal(err)
	}

	ill, err := fleet.New(config)
	if err != nil {
		t.Fatal(err)
	}

	hosts := slices.Concat(ill[:s.ill], well[s.ill:])
	for i, h := range hosts {
		h.Place = fleet.Place{Cluster: "c1", SuperPod: s.name, Rack: s.name + "-r0", Name: fmt.Sprintf("%s-h%d", s.name, i)}
	}

	return hosts
}

// inTimeOfScraper moves the moments that hosts tell to where they are as long ago by Prometheus's clock as by that of the hosts.
func inTimeOfScraper(hosts http.Handler, clock *clock) http.Handler {
	moment := regexp.MustCompile(`(?m)^(ascend_\w+_timestamp_seconds\S*) (\S+)$`)

	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Header.Del("Accept-Encoding")

		answer := httptest.NewRecorder()
		hosts.ServeHTTP(answer, r)

		text := moment.ReplaceAllStringFunc(answer.Body.String(), func(line string) string {
			parts := moment.FindStringSubmatch(line)

			at, err := strconv.ParseFloat(parts[2], 64)
			if err != nil {
				return line // Prometheus will complain
			}

			return fmt.Sprintf("%s %f", parts[1], at+time.Since(clock.Now()).Seconds())
		})

		w.Header().Set("Content-Type", answer.Header().Get("Content-Type"))
		w.WriteHeader(answer.Code)
		_, _ = w.Write([]byte(text)) // Prometheus may be gone
	})
}
