package chaos

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/ascend-exporter/ascend_exporter/cmd/internal/exportertest"
)

const scrapeRequest = "GET /metrics HTTP/1.0\r\n\r\n"

// dial opens a connection to the exporter, which ends with the test at the latest.
func (r *rig) dial() net.Conn {
	r.t.Helper()

	_, address, _ := strings.Cut(r.URL, "://")

	connection, err := (&net.Dialer{}).DialContext(r.t.Context(), "tcp", address)
	r.must(err)
	r.must(connection.SetDeadline(time.Now().Add(exportertest.Patience)))
	r.t.Cleanup(func() { _ = connection.Close() })

	return connection
}

// status sends what may be a request, and gives the status of the answer; 0 where there is none.
func (r *rig) status(request []byte) int {
	r.t.Helper()

	connection := r.dial()
	defer connection.Close()

	// The exporter may refuse it before it has all of it.
	_, _ = connection.Write(request)
	_ = connection.(*net.TCPConn).CloseWrite()

	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		return 0
	}
	defer response.Body.Close()

	return response.StatusCode
}

// closed waits until the exporter closes the connections.
func (r *rig) closed(connections []net.Conn) {
	r.t.Helper()

	for _, connection := range connections {
		if _, err := io.Copy(io.Discard, connection); err != nil && !strings.Contains(err.Error(), "reset") {
			r.t.Errorf("a connection is not closed: %v", err)
		}
	}
}

// webFaults are those of the ones who ask.
func webFaults() map[string]fault {
	var slow, open []net.Conn

	return map[string]fault{
		"scrapers": {breaks: manyScrapers},
		"slow-readers": {
			flags: []string{"--collector.hccs.per-link"},
			breaks: func(r *rig) {
				for range 20 {
					connection := r.dial()
					r.must(connection.(*net.TCPConn).SetReadBuffer(1))
					// Many answers, so that no buffer holds them.
					_, err := io.WriteString(connection, strings.Repeat("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", 300))
					r.must(err)

					slow = append(slow, connection)
				}
			},
			after: func(r *rig) {
				eventually(r, "they are given up", func() (any, bool) { return nil, len(r.descriptors()) < len(slow) })
			},
		},
		"half-open": {
			breaks: func(r *rig) {
				for i := range 200 {
					connection := r.dial()

					_, err := io.WriteString(connection, []string{"", "G", "GET /metrics HTTP/1.1\r\nHost"}[i%3])
					r.must(err)

					open = append(open, connection)
				}
			},
			after: func(r *rig) { r.closed(open) },
		},
		"huge-headers": {
			breaks: func(r *rig) {
				header := "X-Large: " + strings.Repeat("x", 1<<20) + "\r\n"
				headers := strings.Repeat("X-Many: "+strings.Repeat("x", 1000)+"\r\n", 1000)

				for _, large := range []string{header, headers} {
					if got := r.status([]byte("GET /metrics HTTP/1.1\r\nHost: x\r\n" + large + "\r\n")); got != http.StatusRequestHeaderFieldsTooLarge {
						r.t.Errorf("status %d after %.10s", got, large)
					}
				}
			},
		},
		"tls-on-plain": {
			breaks: func(r *rig) {
				for name, noise := range garbage() {
					if got := r.status(noise); got != http.StatusBadRequest {
						r.t.Errorf("status %d after %s", got, name)
					}
				}
			},
		},
		"garbage-on-tls": garbageOnTLS(),
	}
}

// garbage is what no HTTP server can make sense of.
func garbage() map[string][]byte {
	return map[string][]byte{
		"a handshake": handshake(),
		"noise":       bytes.Repeat([]byte{0, 0xff, '\n', 0x80, 'G'}, 1000),
	}
}

// handshake is the begin of one.
func handshake() []byte {
	here, there := net.Pipe()
	defer here.Close()
	defer there.Close()

	go func() { _ = tls.Client(here, &tls.Config{ServerName: "x", MinVersion: tls.VersionTLS12}).Handshake() }() // it ends with the pipe

	hello := make([]byte, 2048)
	n, _ := there.Read(hello)

	return hello[:n]
}

// garbageOnTLS sends what is no TLS to a port of TLS.
func garbageOnTLS() fault {
	var open []net.Conn

	return fault{
		before: func(r *rig) {
			pool := exportertest.WriteCertificate(r.t, r.folder)
			config := r.write("web.yml", "tls_server_config:\n  cert_file: cert.pem\n  key_file: key.pem\n", 0o600)
			r.flags = append(r.flags, "--web.config.file="+config)
			r.transport = &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12}}
		},
		breaks: func(r *rig) {
			if got := r.status([]byte(scrapeRequest)); got != http.StatusBadRequest {
				r.t.Errorf("status %d without TLS", got)
			}

			for range 50 {
				for _, noise := range garbage() {
					connection := r.dial()
					_, _ = connection.Write(noise[:len(noise)/2]) // it may be refused at once

					open = append(open, connection)
				}
			}
		},
		after: func(r *rig) { r.closed(open) },
	}
}

// manyScrapers ask at the same time: 10,000, or as many as there are descriptors for, and more after them. Whoever is refused is told so.
func manyScrapers(r *rig) {
	const scrapers, spare = 10000, 1000

	var limit syscall.Rlimit

	r.must(syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit))

	atOnce := min(scrapers, int(limit.Cur)-spare)

	counts := make(map[string]int)
	for done := 0; done < scrapers; done += atOnce {
		r.scrapeAtOnce(min(atOnce, scrapers-done), counts)
	}

	good, refused := counts["200 <nil>"], counts["503 <nil>"]
	if good == 0 || good+refused != scrapers {
		r.t.Errorf("answers: %v", counts)
	}

	r.t.Logf("%d at once, answers: %v", atOnce, counts)
}

// scrapeAtOnce scrapes over many connections, and counts the answers.
func (r *rig) scrapeAtOnce(scrapers int, counts map[string]int) {
	r.t.Helper()

	connections := make([]net.Conn, scrapers)
	for i := range connections {
		connections[i] = r.dial()
	}

	var (
		group sync.WaitGroup
		mutex sync.Mutex
	)

	for _, connection := range connections {
		group.Go(func() {
			defer connection.Close()

			answer := "none"

			if _, err := io.WriteString(connection, scrapeRequest); err == nil {
				if response, err := http.ReadResponse(bufio.NewReader(connection), nil); err == nil {
					_, err = io.Copy(io.Discard, response.Body)
					answer = fmt.Sprint(response.StatusCode, err)
					_ = response.Body.Close()
				}
			}

			mutex.Lock()
			defer mutex.Unlock()

			counts[answer]++
		})
	}

	group.Wait()
}
