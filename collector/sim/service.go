package sim

import (
	"math"
	"strings"
	"time"
)

// Service is an inference service of vLLM on a simulated machine, as it counts the requests of its users. All values are invented; they
// follow the load that the machine's chips show.
type Service struct {
	Namespace, Pod string
	Model          string

	Running, Waiting int     // requests now
	Cache            float64 // share of the KV cache that is in use, 0 to 1

	// Since the service started.
	Requests, PromptTokens, GenerationTokens int64

	FirstToken, TokenGap, Whole Latency
}

// Latency is how long requests take, spread as the logarithm of a normal distribution.
type Latency struct {
	Median float64 // s
	Spread float64
}

// Below is the share of the requests that take at most so many seconds, 0 to 1.
func (l Latency) Below(seconds float64) float64 {
	return 0.5 * math.Erfc(-math.Log(seconds/l.Median)/(l.Spread*math.Sqrt2))
}

// Mean is the mean in seconds.
func (l Latency) Mean() float64 {
	return l.Median * math.Exp(l.Spread*l.Spread/2)
}

// Services are those that answer at a moment: a model that is being loaded does not yet. Each is in the pod that holds its chips.
func (m *Machine) Services(t time.Time) []Service {
	if len(m.product.server) == 0 || !strings.HasPrefix(m.product.server[0], "VLLM") {
		return nil
	}

	var out []Service

	now := m.instant(t)

	for i, a := range m.activities(now) {
		if a.team.kind != serving || a.team.crowd > 0 || !a.runs || a.since < a.job.ready || a.since >= a.job.end-ending {
			continue
		}

		if u, c := m.firstChip(i); c != nil {
			s := a.service(now)
			s.Namespace, s.Pod = podNamespace, podName(u.serial, Process{PID: a.pid(c.logicID, 0), Name: m.product.server[0]})
			out = append(out, s)
		}
	}

	return out
}

// firstChip is the first one of a team, and its NPU.
func (m *Machine) firstChip(team int) (*unit, *chip) {
	for i := range m.units {
		for j := range m.units[i].chips {
			if c := &m.units[i].chips[j]; c.team == team {
				return &m.units[i], c
			}
		}
	}

	return nil, nil
}

func (a *activity) service(now instant) Service {
	const (
		users   = 48  // requests at a time at full load, for each NPU
		batch   = 40  // of them that run at a time
		little  = 3   // of them that run where the cache is far too small
		tokens  = 2.4 // that are generated in a ms of full load, for each NPU
		prompt  = 3   // tokens of the prompt for each that is generated
		answers = 260 // tokens of an answer
	)

	models := [...]string{"qwen3-32b", "deepseek-r1-distill-70b", "qwen2.5-vl-7b"}
	s := Service{Model: models[int(a.team.between("model", 0, float64(len(models))))]}
	pace := a.team.between("latency", 0.7, 1.6)
	s.FirstToken, s.TokenGap, s.Whole = Latency{0.28 * pace, 0.6}, Latency{0.034 * pace, 0.35}, Latency{8.5 * pace, 0.8}

	slots, rate := batch*a.team.members, tokens*float64(a.team.members)
	if a.team.chance("starved", 0.25) { // a cache that holds few requests: chips idle while requests wait
		slots, rate = little, rate/8
		s.FirstToken.Median *= 12
		s.Whole.Median *= 2
	}

	asked := int(math.Round(users * a.load * float64(a.team.members)))
	s.Running, s.Waiting = min(asked, slots), max(0, asked-slots)
	s.Cache = 0.04 + 0.93*float64(s.Running)/float64(slots)

	_, ms := a.team.slot(now.ms)
	s.GenerationTokens = int64(float64(a.job.traffic(ms)) * rate)
	s.PromptTokens, s.Requests = prompt*s.GenerationTokens, s.GenerationTokens/answers

	return s
}
