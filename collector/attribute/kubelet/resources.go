// Package kubelet asks the kubelet of the host which pods hold which devices (its PodResources API, over a unix socket) and what
// the pods say of themselves (its list of pods, over HTTPS). Nothing else of Kubernetes is asked.
package kubelet

import (
	"context"
	"errors"
	"io/fs"
	"regexp"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// MaxAnswer is the most that is read of an answer, in bytes. Five hundred pods of eight devices each take a tenth of a megabyte.
const MaxAnswer = 16 << 20

// Container is a container of a pod and the devices that it holds as far as the kubelet knows.
type Container struct {
	Namespace, Pod, Name string

	Devices []Device
}

// Device is one device of a container.
type Device struct {
	Resource string // of the device plugin, such as huawei.com/Ascend910; of a claim the name of its driver
	ID       string // as the device plugin or the driver names it
}

// Resources is the PodResources API of a kubelet.
type Resources struct {
	Socket   string         // path of the unix socket
	Names    *regexp.Regexp // resources, and drivers of claims, that are of interest
	Deadline time.Duration  // of one answer
}

// List gives the containers that hold a device of interest, in the kubelet's order. Each call has a connection of its own, since a
// kubelet that restarts makes its socket anew. The error is a *npusmi.Failure.
func (r Resources) List(ctx context.Context) ([]Container, error) {
	ctx, cancel := context.WithTimeout(ctx, r.Deadline)
	defer cancel()

	d := &dialer{socket: r.Socket}

	answer, err := call(ctx, d, "/v1.PodResourcesLister/List")
	if err != nil {
		return nil, r.explain(ctx, err, d.last())
	}

	containers, err := decode(answer, r.Names)
	if err != nil {
		return nil, &npusmi.Failure{
			Reason: npusmi.ReasonParse, Message: "the kubelet's answer could not be read: " + err.Error(),
			Advice: "What listens there may be no kubelet. `--path.pod-resources` names the socket.",
		}
	}

	return containers, nil
}

// explain says why there is no answer. dial is why the socket could not be reached; nil where it could.
func (r Resources) explain(ctx context.Context, err, dial error) *npusmi.Failure {
	failure := &npusmi.Failure{
		Reason: npusmi.ReasonQuery, Message: "the kubelet gives no answer: " + err.Error(),
		Advice: "What listens there may be no kubelet, or one that ends. `--path.pod-resources` names the socket.",
	}

	status := &statusError{code: codeOK}
	if errors.As(err, &status) {
		failure.Advice = "See the log of the kubelet: `journalctl -u kubelet`."
	}

	switch {
	case errors.Is(dial, fs.ErrNotExist):
		failure.Reason, failure.Message = npusmi.ReasonStart, "there is no socket of a kubelet at "+r.Socket
		failure.Advice = "See whether the kubelet runs, and whether its folder is mounted into the exporter's pod: `--path.pod-resources` names the socket."
	case errors.Is(dial, fs.ErrPermission):
		failure.Reason, failure.Message = npusmi.ReasonPermission, "the socket of the kubelet may not be opened: "+dial.Error()
		failure.Advice = "The socket is root's: run the exporter as root, or turn this off with `--no-collector.pods`."
	case ctx.Err() != nil || status.code == codeDeadlineExceeded:
		failure.Reason, failure.Message = npusmi.ReasonTimeout, "the kubelet did not answer within "+r.Deadline.String()
		failure.Advice = "See whether the kubelet hangs: `journalctl -u kubelet`."
	case dial != nil:
		failure.Reason, failure.Message = npusmi.ReasonStart, "the kubelet cannot be reached: "+dial.Error()
		failure.Advice = "It may be restarting. See `systemctl status kubelet`."
	case errors.Is(err, errTooLarge) || status.code == codeResourceExhausted:
		failure.Reason = npusmi.ReasonOutputTooLarge
		failure.Advice = "No node has so many pods: report it with the version of the kubelet."
	case status.code == codeUnimplemented:
		failure.Advice = "PodResources v1 came with Kubernetes 1.20: an older kubelet cannot be asked."
	}

	return failure
}
