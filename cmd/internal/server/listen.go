package server

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"slices"
	"strings"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/prometheus/exporter-toolkit/web"
)

// Check refuses flags of exporter-toolkit by which nothing can be served, before anything is started.
func Check(flags *web.FlagConfig) error {
	if err := web.Validate(*flags.WebConfigFile); err != nil {
		return fmt.Errorf("--web.config.file=%q: %w", *flags.WebConfigFile, err)
	}

	if bySystemd(flags) {
		return nil
	}

	for _, address := range *flags.WebListenAddresses {
		if err := checkAddress(address); err != nil {
			return fmt.Errorf("--web.listen-address=%q: must be as 127.0.0.1:9945 or :9945: %w", address, err)
		}
	}

	return nil
}

// checkAddress refuses what is no address. Go would take nothing at all for any port of all interfaces.
func checkAddress(address string) error {
	if strings.HasPrefix(address, "vsock://") {
		return nil // exporter-toolkit's own
	}

	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return err
	}

	if port == "" {
		return errors.New("the port is missing")
	}

	_, err = net.ResolveTCPAddr("tcp", ":"+port) // a host of a name is looked up when it is listened

	return err
}

// bySystemd says whether systemd hands over the sockets.
func bySystemd(flags *web.FlagConfig) bool {
	return flags.WebSystemdSocket != nil && *flags.WebSystemdSocket
}

// place is the flag that says where it is listened.
func place(flags *web.FlagConfig) string {
	if bySystemd(flags) {
		return "--web.systemd-socket"
	}

	return "--web.listen-address=" + strings.Join(*flags.WebListenAddresses, ",")
}

// listenAndServe is that of exporter-toolkit, which panics where systemd has handed over what is no socket to listen on.
func listenAndServe(server *http.Server, flags *web.FlagConfig, logger *slog.Logger) error {
	if !bySystemd(flags) {
		return web.ListenAndServe(server, flags, logger)
	}

	listeners, err := activation.Listeners()

	switch {
	case err != nil:
		return err
	case len(listeners) == 0:
		return errors.New("systemd has handed over no socket: start it by its socket unit")
	case slices.Contains(listeners, nil):
		return errors.New("systemd has handed over what is no stream socket: ListenStream= in the socket unit makes one")
	default:
		return web.ServeMultiple(listeners, server, flags, logger)
	}
}
