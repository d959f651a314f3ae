// Package podresources is a kubelet of which there is only the PodResources API: the published service, served by the published
// library over a unix socket, of pods that do not exist.
package podresources

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"

	"google.golang.org/grpc"
	podresources "k8s.io/kubelet/pkg/apis/podresources/v1"

	"github.com/ascend-exporter/ascend_exporter/collector/sim"
)

// List gives the pods of a node at the time of the call. The error is what the caller gets.
type List func(ctx context.Context) (*podresources.ListPodResourcesResponse, error)

// ServeMachine serves the pods of a simulated machine, whose state it asks for at each call: see Serve.
func ServeMachine(ctx context.Context, socket string, state func() (sim.State, error)) error {
	return Serve(ctx, socket, func(context.Context) (*podresources.ListPodResourcesResponse, error) {
		s, err := state()
		if err != nil {
			return nil, err
		}

		return Pods(s), nil
	})
}

// Serve answers on a unix socket until the context ends; a call that is under way then is broken off. A socket that another process
// left behind is replaced, as a kubelet does.
func Serve(ctx context.Context, socket string, list List) error {
	if info, err := os.Lstat(socket); err == nil {
		if info.Mode()&os.ModeSocket == 0 {
			return fmt.Errorf("%s is there and is no socket", socket)
		}

		if err := os.Remove(socket); err != nil {
			return err
		}
	}

	listener, err := (&net.ListenConfig{}).Listen(ctx, "unix", socket)
	if err != nil {
		return err
	}

	server := grpc.NewServer()
	podresources.RegisterPodResourcesListerServer(server, lister{list: list})

	stop := context.AfterFunc(ctx, server.Stop)
	defer stop()

	if err := server.Serve(listener); err != nil && !errors.Is(err, grpc.ErrServerStopped) {
		return err
	}

	return nil
}

// lister is the service. The calls that are not its own are not implemented, as on an old kubelet.
type lister struct {
	podresources.UnimplementedPodResourcesListerServer

	list List
}

// List lists the pods.
func (l lister) List(ctx context.Context, _ *podresources.ListPodResourcesRequest) (*podresources.ListPodResourcesResponse, error) {
	return l.list(ctx)
}
