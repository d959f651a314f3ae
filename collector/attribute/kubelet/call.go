package kubelet

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
)

// The codes of gRPC that tell more than that a call failed.
const (
	codeOK                 = 0
	codeDeadlineExceeded   = 4
	codeResourceExhausted  = 8
	codeUnimplemented      = 12
	gRPC                   = "application/grpc"
	prefix                 = 5 // bytes before a message: whether it is compressed, and its length
	maxHeader              = 64 << 10
	headerStatus           = "Grpc-Status"
	headerMessage          = "Grpc-Message"
	longestMessageOfStatus = 500
)

// A statusError is what a server says of a call that failed.
type statusError struct {
	code    int
	message string
}

func (e *statusError) Error() string { return e.message }

// errTooLarge is an answer beyond the cap.
var errTooLarge = errors.New("the answer is too large")

// call makes a call of gRPC without arguments on a connection of its own, and gives the message of the answer. It is the little of gRPC
// that this takes: HTTP/2, a message after five bytes, and a status in the trailers.
func call(ctx context.Context, d *dialer, method string) ([]byte, error) {
	protocols := new(http.Protocols)
	protocols.SetUnencryptedHTTP2(true)

	transport := &http.Transport{
		Protocols: protocols, DialContext: d.dial, DisableCompression: true, MaxResponseHeaderBytes: maxHeader,
	}
	defer d.close()

	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://kubelet"+method, bytes.NewReader(make([]byte, prefix)))
	if err != nil {
		return nil, err
	}

	request.Header.Set("Content-Type", gRPC)
	request.Header.Set("Te", "trailers")

	response, err := transport.RoundTrip(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // it was only read

	if kind := response.Header.Get("Content-Type"); response.StatusCode != http.StatusOK || !strings.HasPrefix(kind, gRPC) {
		return nil, fmt.Errorf("it answers with %s and %q, not as gRPC does", response.Status, kind)
	}

	message, err := readMessage(response.Body)
	if err != nil {
		return nil, err
	}

	return message, readStatus(response, message != nil)
}

// readMessage reads the one message of an answer; nil where there is none.
func readMessage(body io.Reader) ([]byte, error) {
	var head [prefix]byte

	if _, err := io.ReadFull(body, head[:]); errors.Is(err, io.EOF) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}

	length := int64(binary.BigEndian.Uint32(head[1:]))

	switch {
	case head[0] != 0:
		return nil, errors.New("the message is compressed, which was not asked for")
	case length > MaxAnswer:
		return nil, fmt.Errorf("%w: %d bytes, of which %d are read", errTooLarge, length, MaxAnswer)
	}

	// It grows with what comes, not with what was announced.
	var message bytes.Buffer
	if _, err := io.CopyN(&message, body, length); err != nil {
		return nil, fmt.Errorf("the message breaks off: %w", err)
	}

	// The status comes behind the end.
	if n, err := io.CopyN(io.Discard, body, 1); n > 0 || !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("something follows the message: %w", err)
	}

	return message.Bytes(), nil
}

// readStatus reads the status of a call, which is in the header where there is no message.
func readStatus(response *http.Response, answered bool) error {
	at := response.Trailer
	if at.Get(headerStatus) == "" {
		at = response.Header
	}

	code, err := strconv.Atoi(at.Get(headerStatus))

	switch {
	case err != nil:
		return errors.New("the answer has no status")
	case code == codeOK && answered:
		return nil
	case code == codeOK:
		return errors.New("the answer has no message")
	}

	message := at.Get(headerMessage)
	if plain, err := url.PathUnescape(message); err == nil {
		message = strings.ToValidUTF8(plain, "\uFFFD")
	}

	return &statusError{code, fmt.Sprintf("%s (code %d)", message[:min(len(message), longestMessageOfStatus)], code)}
}

// A dialer connects to a socket once, and remembers why it could not.
type dialer struct {
	socket string

	mutex      sync.Mutex
	connection net.Conn
	failure    error
}

func (d *dialer) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	connection, err := (&net.Dialer{}).DialContext(ctx, "unix", d.socket)

	d.mutex.Lock()
	defer d.mutex.Unlock()

	d.connection, d.failure = connection, err

	return connection, err
}

// close ends the connection with all that goes on over it.
func (d *dialer) close() {
	d.mutex.Lock()
	defer d.mutex.Unlock()

	if d.connection != nil {
		_ = d.connection.Close() // whatever it was good for is over
	}
}

// last is why the socket could not be reached; nil where it could.
func (d *dialer) last() error {
	d.mutex.Lock()
	defer d.mutex.Unlock()

	return d.failure
}
