package check

import (
	"strings"
	"testing"
)

// TestQuery: what is wrong with an expression of a dashboard is found, and nothing else.
func TestQuery(t *testing.T) {
	t.Parallel()

	known, err := Known(record("host:power:sum", power), Foreign{Name: "vllm:requests", Labels: []string{"cluster", "pod"}}, Foreign{Name: "vllm:tokens_total", Counter: true})
	if err != nil {
		t.Fatal(err)
	}

	for _, tc := range []struct{ expr, want string }{
		{`topk(5, host:power:sum{rack="r"})`, ""},
		{`sum(rate(vllm:tokens_total[5m])) / sum(up)`, ""},
		{`sum by (pod) (vllm:requests{cluster=~"c"})`, ""},
		{`group by (with) (label_join(up, "with", "", "instance"))`, ""},
		{`topk(1, host:power:sum{npu="0"})`, `has no label "npu"`},
		{`up and on (instance) topk(3, host:power:sum)`, ""},
		{`host:power:max`, `neither the exporter nor a rule gives the metric "host:power:max"`},
		{`host:power:sum{npu="0"}`, `host:power:sum has no label "npu"`},
		{`vllm:requests{model="m"}`, `vllm:requests has no label "model", only cluster, pod`},
		{`rate(vllm:requests[5m])`, "vllm:requests is no counter"},
		{`up{`, "parse error"},
		{`host:power:sum / ascend_npu_power_watts`, "both sides need the same labels"},
		{`{__name__=~"host:.+"}`, `gives the metric ""`},
		{`sum(up{a="b"}) or sum(ascend_npu_chips{c="d"})`, `up has no label "a"`},
	} {
		err := known.Query(tc.expr)
		if tc.want == "" && err != nil || tc.want != "" && (err == nil || !strings.Contains(err.Error(), tc.want)) {
			t.Errorf("%s: got %v, want %s", tc.expr, err, tc.want)
		}
	}

	if !known.Has("up", "instance") || known.Has("up", "npu") || known.Has("down", "") {
		t.Error("metrics or labels that there are not, or not those that there are")
	}

	if _, err := Known(record("a:b:c", "sum(")); err == nil {
		t.Error("a rule that is none is known")
	}
}
