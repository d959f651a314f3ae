package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"regexp"
	"time"

	"github.com/alecthomas/kingpin/v2"

	"github.com/ascend-exporter/ascend_exporter/collector/attribute"
	"github.com/ascend-exporter/ascend_exporter/collector/attribute/kubelet"
	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
	"github.com/ascend-exporter/ascend_exporter/collector/poll"
	"github.com/ascend-exporter/ascend_exporter/collector/snapshot"
)

// kubeletDeadline is that of each answer of the kubelet.
const kubeletDeadline = 2 * time.Second

// podsVariable is the variable of --collector.pods, of which the parser does not tell whether it was set.
const podsVariable = "ASCEND_EXPORTER_COLLECTOR_PODS"

// podOptions are what the flags say of pods.
type podOptions struct {
	enabled   bool
	given     bool // whether the operator says so, not the default
	interval  time.Duration
	resources *regexp.Regexp
	socket    string

	kubelet   string
	url       *url.URL // of the kubelet; nil where it is not asked for its pods
	tokenFile string
	caFile    string
}

// addPodFlags adds what concerns pods.
func addPodFlags(app *kingpin.Application, o *podOptions) {
	app.Flag("collector.pods", "Say which pods hold the chips (ascend_npu_pod_info), as the kubelet tells on the socket of --path.pod-resources. "+
		"Without the flag only where that socket is, and not with --sim.").
		Default("true").IsSetByUser(&o.given).BoolVar(&o.enabled)
	app.Flag("collector.pods.interval", "Interval of the question to the kubelet.").Default("15s").DurationVar(&o.interval)
	app.Flag("collector.pods.resources", "Regular expression for the whole name of the resources, and of the drivers of claims, whose devices are chips.").
		Default(`huawei\.com/(Ascend.*|npu|npu-core)|npu\.huawei\.com`).RegexpVar(&o.resources)
	app.Flag("collector.pods.kubelet", "Address of the kubelet, such as https://NODE:10250, to ask it for the annotations of the pods too: "+
		"where MindCluster's scheduler chooses the chips, only they tell the real ones. Needs a service account that may get nodes/pods.").
		PlaceHolder("URL").StringVar(&o.kubelet)
	app.Flag("path.pod-resources", "Socket of the kubelet's PodResources API.").
		Default("/var/lib/kubelet/pod-resources/kubelet.sock").StringVar(&o.socket)
	app.Flag("path.kubelet-token", "File with the token that is shown to the kubelet of --collector.pods.kubelet.").
		Default("/var/run/secrets/kubernetes.io/serviceaccount/token").StringVar(&o.tokenFile)
	app.Flag("path.kubelet-ca", "File with the authorities, in PEM, of which one has signed the certificate of the kubelet of --collector.pods.kubelet.").
		Default("/var/run/secrets/kubernetes.io/serviceaccount/ca.crt").StringVar(&o.caFile)
}

// complete checks the options and fills in what follows from them.
func (o *podOptions) complete(simulated bool) error {
	if _, inEnvironment := os.LookupEnv(podsVariable); inEnvironment {
		o.given = true
	}

	// The pods of this host do not hold the chips of a simulated machine.
	if simulated && !o.given {
		o.enabled = false
	}

	var err error
	if o.resources, err = regexp.Compile("^(?:" + o.resources.String() + ")$"); err != nil {
		return fmt.Errorf("--collector.pods.resources: %w", err)
	}

	if o.kubelet == "" {
		return nil
	}

	o.url, err = url.Parse(o.kubelet)
	if err != nil || o.url.Scheme != "https" || o.url.Host == "" {
		return fmt.Errorf("--collector.pods.kubelet=%q: must be an address as https://NODE:10250", o.kubelet)
	}

	if !o.enabled {
		return fmt.Errorf("--collector.pods.kubelet=%q: needs --collector.pods", o.kubelet)
	}

	return nil
}

// side is the reading of pods.
func (o *podOptions) side() poll.Side {
	config := attribute.Config{
		Resources: kubelet.Resources{Socket: o.socket, Names: o.resources, Deadline: kubeletDeadline},
		Interval:  o.interval,
		Wanted:    o.given,
	}

	if o.url != nil {
		config.Pods = &kubelet.Pods{URL: o.url, TokenFile: o.tokenFile, CAFile: o.caFile, Deadline: kubeletDeadline}
	}

	return attribute.ReadPods(config)
}

// asWitness makes the reading of processes one that serves that of pods only: without a kubelet, or where they cannot be seen,
// nothing fails, since nobody asked for them.
func (o *podOptions) asWitness(processes poll.Side) poll.Side {
	read := processes.Read

	processes.Read = func(ctx context.Context, latest *snapshot.Snapshot) (poll.Reading, npusmi.Warnings, error) {
		if _, err := os.Stat(o.socket); err != nil {
			return nil, npusmi.Warnings{}, &npusmi.Failure{Reason: npusmi.ReasonUnsupported, Message: "no kubelet's word on pods is held against processes: " + err.Error()}
		}

		reading, warnings, err := read(ctx, latest)

		var failure *npusmi.Failure
		if errors.As(err, &failure) && failure.Reason == npusmi.ReasonPermission {
			err = &npusmi.Failure{
				Reason: npusmi.ReasonUnsupported, Message: failure.Message,
				Advice: "What the kubelet says of pods cannot be held against the processes on the chips. " + failure.Advice,
			}
		}

		return reading, warnings, err
	}

	return processes
}
