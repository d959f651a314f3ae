package kubelet

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/ascend-exporter/ascend_exporter/collector/npusmi"
)

// Pod is what a pod says of itself.
type Pod struct {
	Namespace, Name, UID string

	// Ended says that its containers have ended for good: it holds nothing, whatever the kubelet still lists.
	Ended bool
	// Real are the devices that it really has, and Listed those that the kubelet has for it instead, in the same order: as the
	// device plugin of MindCluster writes them down when its scheduler, not the kubelet, chooses the chips. Empty without it.
	Real, Listed []string
}

// Pods is the list of pods of a kubelet, which it gives to whom the API server lets (the verb get on nodes/pods, before Kubernetes
// 1.33 on nodes/proxy).
type Pods struct {
	URL       *url.URL      // of the kubelet's port: https://NODE:10250
	TokenFile string        // the service account's; read at each call, since tokens are renewed
	CAFile    string        // who may have signed the kubelet's certificate; read at each call
	Deadline  time.Duration // of one answer
}

// List gives the pods of the node. The error is a *npusmi.Failure.
func (p Pods) List(ctx context.Context) ([]Pod, error) {
	ctx, cancel := context.WithTimeout(ctx, p.Deadline)
	defer cancel()

	pods, err := p.list(ctx)
	if err == nil {
		return pods, nil
	}

	var failure *npusmi.Failure

	switch {
	case errors.As(err, &failure):
	case ctx.Err() != nil:
		failure = &npusmi.Failure{
			Reason: npusmi.ReasonTimeout, Message: "the kubelet did not give its pods within " + p.Deadline.String(),
			Advice: "See whether the kubelet hangs: `journalctl -u kubelet`.",
		}
	default:
		failure = &npusmi.Failure{
			Reason: npusmi.ReasonQuery, Message: "the kubelet does not give its pods: " + err.Error(),
			Advice: "The certificate of the kubelet must be signed for the host of `--collector.pods.kubelet` by an authority of `--path.kubelet-ca`. " +
				"Where the kubelet signs its own, give /var/lib/kubelet/pki/kubelet.crt.",
		}
	}

	return nil, failure
}

func (p Pods) list(ctx context.Context) ([]Pod, error) {
	client, token, err := p.credentials()
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()

	request, err := http.NewRequestWithContext(ctx, http.MethodGet, p.URL.JoinPath("pods").String(), http.NoBody)
	if err != nil {
		return nil, err
	}

	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("Accept", "application/json")

	response, err := client.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close() //nolint:errcheck // it was only read

	switch response.StatusCode {
	case http.StatusOK:
	case http.StatusUnauthorized, http.StatusForbidden:
		return nil, &npusmi.Failure{
			Reason: npusmi.ReasonPermission, Message: "the kubelet refuses to give its pods: " + response.Status,
			Advice: "Let the service account get nodes/pods (before Kubernetes 1.33: nodes/proxy).",
		}
	default:
		return nil, &npusmi.Failure{
			Reason: npusmi.ReasonQuery, Message: "the kubelet does not give its pods: " + response.Status,
			Advice: "See whether `--collector.pods.kubelet` is a kubelet's address.",
		}
	}

	// One byte more than may be, so that what is cut off is told from what just fits.
	body := &io.LimitedReader{R: response.Body, N: MaxAnswer + 1}

	pods, err := decodePods(body)

	switch {
	case body.N <= 0:
		return nil, &npusmi.Failure{
			Reason: npusmi.ReasonOutputTooLarge, Message: fmt.Sprintf("the kubelet's list of pods has more than %d bytes", MaxAnswer),
			Advice: "No node has so many pods: report it with the version of the kubelet.",
		}
	case err != nil && ctx.Err() == nil:
		return nil, &npusmi.Failure{
			Reason: npusmi.ReasonParse, Message: "the kubelet's list of pods could not be read: " + err.Error(),
			Advice: "See whether `--collector.pods.kubelet` is a kubelet's address.",
		}
	}

	return pods, err
}

// credentials makes the client that trusts nobody but the kubelet, and what it shows to it.
func (p Pods) credentials() (*http.Client, string, error) {
	authorities, err := os.ReadFile(p.CAFile)
	if err != nil {
		return nil, "", unreadable("--path.kubelet-ca", err)
	}

	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(authorities) {
		return nil, "", unreadable("--path.kubelet-ca", fmt.Errorf("%s has no certificate", p.CAFile))
	}

	token, err := os.ReadFile(p.TokenFile)
	if err != nil {
		return nil, "", unreadable("--path.kubelet-token", err)
	}

	return &http.Client{
		Transport: &http.Transport{
			TLSClientConfig:   &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
			DisableKeepAlives: true,
		},
		// The token is for the kubelet alone.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}, strings.TrimSpace(string(token)), nil
}

func unreadable(flag string, err error) *npusmi.Failure {
	return &npusmi.Failure{
		Reason: npusmi.ReasonPermission, Message: "the kubelet's pods cannot be asked for: " + err.Error(),
		Advice: "Give the file with `" + flag + "`.",
	}
}

// podJSON is the part of a pod that is read.
type podJSON struct {
	Metadata struct {
		Namespace   string `json:"namespace"`
		Name        string `json:"name"`
		UID         string `json:"uid"`
		Annotations struct {
			Real   string `json:"huawei.com/AscendReal"`
			Listed string `json:"huawei.com/kltDev"`
		} `json:"annotations"`
	} `json:"metadata"`
	Status struct {
		Phase string `json:"phase"`
	} `json:"status"`
}

// decodePods reads a list of pods one by one: a pod's whole text is never kept.
func decodePods(r io.Reader) ([]Pod, error) {
	decoder := json.NewDecoder(r)

	pods := []Pod{}

	if some, err := enter(decoder, "items"); err != nil || !some {
		return pods, err
	}

	for decoder.More() {
		var next podJSON
		if err := decoder.Decode(&next); err != nil {
			return nil, err
		}

		pods = append(pods, next.pod())
	}

	// That the list ends at all: it may have been cut off.
	_, err := decoder.Token()

	return pods, err
}

// enter goes into the list of that name in an object. A list that is null, as Go writes one without elements, has none.
func enter(decoder *json.Decoder, name string) (some bool, err error) {
	token, err := decoder.Token()
	if err != nil {
		return false, err
	}

	if token != json.Delim('{') {
		return false, fmt.Errorf("it begins with %v", token)
	}

	for decoder.More() {
		key, err := decoder.Token()
		if err != nil {
			return false, err
		}

		if key != name {
			var skipped json.RawMessage
			if err := decoder.Decode(&skipped); err != nil {
				return false, err
			}

			continue
		}

		token, err := decoder.Token()
		if err == nil && token != nil && token != json.Delim('[') {
			err = fmt.Errorf("its %s are no list", name)
		}

		return token != nil, err
	}

	return false, fmt.Errorf("it has no %s", name)
}

func (p podJSON) pod() Pod {
	return Pod{
		Namespace: p.Metadata.Namespace,
		Name:      p.Metadata.Name,
		UID:       p.Metadata.UID,
		Ended:     p.Status.Phase == "Succeeded" || p.Status.Phase == "Failed",
		Real:      list(p.Metadata.Annotations.Real),
		Listed:    list(p.Metadata.Annotations.Listed),
	}
}

// list splits an annotation. Its elements are separated by commas; some write blanks.
func list(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' })
}
