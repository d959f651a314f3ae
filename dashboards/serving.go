package dashboards

const (
	perServing = 100 // the most pods that the table is made for
	perModel   = 30  // the most models that graphs are made for

	inTokens = "suffix: tokens/s" //nolint:gosec // tokens of text
	inYield  = "suffix: tokens/J" // tokens per joule
)

// serving is the page of inference services: what vLLM tells of them, beside the chips that their pods hold.
func serving() Page {
	chosen := choices(uidServing, 1)
	pods := Variable{Name: "pod", Label: "Pod", Query: `label_values(vllm:num_requests_running{cluster=~"$cluster",namespace=~"$namespace"}, pod)`, All: true, Listed: true}
	namespaces := Variable{Name: "namespace", Label: "Namespace", Query: `label_values(vllm:num_requests_running{cluster=~"$cluster"}, namespace)`, All: true, Listed: true}
	// Where no vLLM is there is no host to read.
	hosts := Variable{
		Name: "host", Label: "Hosts", Query: `label_values(host:ascend_npu_pod_chips:count{cluster=~"$cluster",namespace=~"$namespace"}, instance)`,
		All: true, Listed: true, Hidden: true,
	}

	return Page{
		UID: uidServing, Title: "Ascend / Serving", Variables: append(chosen, namespaces, pods, hosts), Interval: "30s", From: "now-3h", Refresh: "1m",
		Here:  `cluster=~"$cluster",namespace=~"$namespace",pod=~"$pod"`,
		About: "Inference with vLLM-Ascend: what its pods serve, beside the chips that they hold.",
		Rows: []Row{
			{Title: "What is served?", Panels: servingNow()},
			{Title: "Pods", Panels: []Panel{servingPods()}},
			{Title: "Requests and chips", Panels: servingChips()},
			{Title: "Latency", Panels: servingLatency()},
		},
	}
}

const noServing = "No vLLM is known here. Scrape its pods, with namespace and pod as labels of the targets: see docs/dashboards.md."

// What vLLM tells, by pod.
const (
	generated = `sum by (cluster, namespace, pod) (rate(vllm:generation_tokens_total{$here}[$__rate_interval]))`
	running   = `sum by (cluster, namespace, pod) (vllm:num_requests_running{$here})`
	waiting   = `sum by (cluster, namespace, pod) (vllm:num_requests_waiting{$here})`
	// The cache has had two names.
	cache = `max by (cluster, namespace, pod) (vllm:kv_cache_usage_perc{$here} or vllm:gpu_cache_usage_perc{$here})`
)

// chipsHeld are those of a pod.
const chipsHeld = `count by (cluster, namespace, pod) (group by (cluster, instance, npu, chip, namespace, pod) (ascend_npu_pod_info{$here}))`

// ofServing is what the chips say of the hosts that may serve.
const ofServing = `{cluster=~"$cluster",instance=~"$host"}`

// held sums up, or averages, what the chips that a pod holds say.
func held(operation, chips string) string {
	return operation + ` by (cluster, namespace, pod) (
  group by (cluster, instance, npu, chip, namespace, pod) (ascend_npu_pod_info{$here})
    * on (cluster, instance, npu, chip) group_left () ` + chips + `
)`
}

// What the chips of a pod say. The energy of an A3 is the package's, on its chip 0.
func cores() string { return held("avg", `ascend_npu_aicore_utilization_ratio`+ofServing) }

func joules() string {
	return held("sum", `rate(ascend_npu_energy_joules_total`+ofServing+`[$__rate_interval])`)
}

func memory() string {
	return held("avg", `(ascend_npu_hbm_used_bytes`+ofServing+` / ascend_npu_hbm_total_bytes`+ofServing+`)`)
}

// matched divides, or compares, by pod what vLLM and the chips say.
func matched(vllm, operator, chips string) string {
	return "(" + vllm + ")\n" + operator + " on (cluster, namespace, pod)\n(" + chips + ")"
}

func servingNow() []Panel {
	sum := func(expr string) string { return "sum(" + expr + ")" }
	of := func(title, about, expr string, field Field) Panel {
		p := tile(title, about, expr, field).unless(noServing)
		p.NoValue = "no vLLM"

		return p
	}

	return []Panel{
		of("Tokens", "Tokens that are generated in a second.", sum(generated), amounts(inTokens, plain())),
		of("Tokens per chip", "Tokens that are generated in a second, divided by the chips that the pods hold.",
			sum(matched(generated, "and", chipsHeld))+" / "+sum(matched(chipsHeld, "and", generated)), amounts(inTokens, plain())),
		of("Tokens per joule", "Tokens that are generated for the energy that the chips take.",
			sum(matched(generated, "and", joules()))+" / "+sum(matched(joules(), "and", generated)), amounts(inYield, plain())),
		of("Running", "Requests that run.", sum(running), counts(plain())),
		of("Waiting", "Requests that wait to run.", sum(waiting), counts(rising(Step{1, notice}))),
		of("Fullest KV cache", "Use of the KV cache of the pod where it is fullest. At its end requests wait, or are taken back.", "max("+cache+")",
			shares(rising(Step{0.95, notice}))),
		of("First token", "Time to the first token that nine of ten requests stay below.",
			"histogram_quantile(0.9, sum by (le) (rate(vllm:time_to_first_token_seconds_bucket{$here}[$__rate_interval])))", amounts(inSeconds, plain())),
		of("AICore", "Mean utilisation of the AI Cores of the chips that the pods hold.", "avg("+matched(cores(), "and", running)+")", shares(plain())),
	}
}

func servingPods() Panel {
	top := func(expr string) string { return "topk(100, " + expr + ")" }

	return Panel{
		Title: "Pods", Width: columns, Height: 10, Field: counts(none()), Empty: noServing, Normal: true,
		About: "Pods in which vLLM runs, with the chips that they hold. The HBM is mostly the model and the KV cache, whose use is told beside it.",
		View: Table{Rows: perServing, Sort: []string{"-Waiting"}, Columns: []Column{
			label(cluster, "Cluster", 110),
			label("namespace", "Namespace", 120),
			label("pod", "Pod", 0),
			label("model_name", "Model", 190).given(Query{Expr: top(`group by (cluster, namespace, pod, model_name) (vllm:num_requests_running{$here})`)}),
			label(instance, "Host", 130, to(uidHost, "Open the host", cluster, instance)).
				given(Query{Expr: top(matched(`group by (cluster, namespace, pod, instance) (ascend_npu_pod_info{$here})`, "and", running))}),
			number("Chips", top(matched(chipsHeld, "and", running)), counts(none()), 70),
			number("Tokens", top(generated), amounts(inTokens, none()), 115),
			number("Per chip", top(matched(generated, "/", chipsHeld)), amounts(inTokens, none()), 115),
			number("Per joule", top(matched(generated, "/", joules())), amounts(inYield, none()), 110),
			number("Running", top(running), counts(none()), 80),
			state("Waiting", top(waiting), counts(marked(notice)), 80),
			filled("KV cache", top(cache), rising(Step{0.95, notice}), 110),
			filled("HBM", top(matched(memory(), "and", running)), plain(), 110),
			filled("AICore", top(matched(cores(), "and", running)), plain(), 110),
		}},
	}
}

// perModelOf has a series for each model.
func perModelOf(title, about, expr string, field Field) Panel {
	return Panel{
		Title: title, About: about, Width: 12, Height: 8, Field: field, View: Lines{}, Empty: noServing, Normal: true,
		Queries: []Query{{Expr: expr, Legend: "{{model_name}}", Limit: perModel}},
	}
}

func servingChips() []Panel {
	idle := perModelOf("Waiting while AI Cores idle", "Requests that wait in pods whose AI Cores are used by less than a third: the KV cache or the batch is too small, or something else is slow.",
		"sum by (model_name) ("+matched(`vllm:num_requests_waiting{$here} > 0`, "and", cores()+" < 0.33")+")", counts(rising(Step{1, notice})))
	idle.Empty = "No request waits while the AI Cores of its pod idle, as it should be, or no vLLM is known here."

	full := perModelOf("KV cache and HBM", "Use of the fullest KV cache of a model, and of the HBM of the chips that serve: a full HBM with an empty cache could serve more.",
		`max by (model_name) (vllm:kv_cache_usage_perc{$here} or vllm:gpu_cache_usage_perc{$here})`, shares(plain()))
	full.Queries[0].Legend = "KV cache, {{model_name}}"
	full.Queries = append(full.Queries, Query{Expr: "avg(" + matched(memory(), "and", running) + ")", Legend: "HBM, all pods", Limit: 1})

	return []Panel{
		perModelOf("Tokens", "Tokens that are generated in a second.", `sum by (model_name) (rate(vllm:generation_tokens_total{$here}[$__rate_interval]))`, amounts(inTokens, plain())),
		perModelOf("Waiting", "Requests that wait to run.", `sum by (model_name) (vllm:num_requests_waiting{$here})`, counts(rising(Step{1, notice}))),
		idle, full,
	}
}

func servingLatency() []Panel {
	of := func(title, about, metric string) Panel {
		return perModelOf(title, about+" that nine of ten requests stay below.",
			`histogram_quantile(0.9, sum by (le, model_name) (rate(`+metric+`{$here}[$__rate_interval])))`, amounts(inSeconds, plain()))
	}
	first := of("Time to the first token", "Time to the first token", "vllm:time_to_first_token_seconds_bucket")
	between := of("Time between tokens", "Time from one token to the next", "vllm:inter_token_latency_seconds_bucket")
	whole := of("Time of a request", "Time of a request in all", "vllm:e2e_request_latency_seconds_bucket")

	for _, p := range []*Panel{&first, &between, &whole} {
		p.Width = 8
	}

	return []Panel{first, between, whole}
}
