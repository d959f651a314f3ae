package simtool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// beKubelet serves the pods of the machine until a signal ends it.
func (o *options) beKubelet(args []string, kubelet Kubelet) error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, os.Interrupt)
	defer stop()

	var err error

	switch {
	case kubelet == nil:
		err = errors.New("there is no kubelet here: use npu-smi-sim")
	case len(args) > 0:
		err = fmt.Errorf("it answers no call of the tool, such as %q", args)
	default:
		err = kubelet(ctx, o.podResources, o.state)
	}

	if err != nil {
		return fmt.Errorf("--pod-resources=%s: %w", o.podResources, err)
	}

	return nil
}
