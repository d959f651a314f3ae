{{/* The name of all objects. */}}
{{- define "ascend-exporter.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride -}}
{{- else if contains .Chart.Name .Release.Name -}}
{{- .Release.Name | trunc 52 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* What selects the pods, and never changes. */}}
{{- define "ascend-exporter.selectorLabels" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "ascend-exporter.labels" -}}
{{ include "ascend-exporter.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "ascend-exporter.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* Whether the kubelet is asked for annotations, and so whether a token is needed: "true" or nothing. */}}
{{- define "ascend-exporter.annotations" -}}
{{- if and .Values.pods.enabled .Values.pods.annotations.enabled (not .Values.sim.enabled) -}}true{{- end -}}
{{- end -}}

{{/* What no schema can say. */}}
{{- define "ascend-exporter.validate" -}}
{{- $context := .Values.securityContext -}}
{{- if and (not .Values.sim.enabled) (or (not $context.privileged) (ne (int $context.runAsUser) 0)) -}}
{{- fail "securityContext: the driver takes a pod that is not privileged, or not root, for an ordinary container, and gives it the chips of the users' jobs. Set privileged: true and runAsUser: 0, or sim.enabled: true." -}}
{{- end -}}
{{- if and (eq .Values.monitor.kind "ServiceMonitor") (not .Values.service.enabled) -}}
{{- fail "monitor.kind: a ServiceMonitor finds nothing without the service. Set service.enabled: true, or monitor.kind: PodMonitor." -}}
{{- end -}}
{{- if and (not .Values.webConfig.secret) (or .Values.webConfig.tls .Values.webConfig.authentication) -}}
{{- fail "webConfig.secret: without it there is neither TLS nor authentication. Name the secret, or leave webConfig.tls and webConfig.authentication off." -}}
{{- end -}}
{{- end -}}

{{/* Relabelings that give the targets the labels by which rules and dashboards go. */}}
{{- define "ascend-exporter.relabelings" -}}
# The node, so that a host stays the same one when its pod is replaced.
- sourceLabels: [__meta_kubernetes_pod_node_name]
  targetLabel: instance
# What the operator says of the exporter's own pod: with it each rollout would rename all series of the node.
- action: labeldrop
  regex: namespace|service|pod|container|endpoint
{{- range $label := list "cluster" "superpod" "rack" }}
{{- $from := get $.Values.location $label }}
{{- with $from.value }}
- targetLabel: {{ $label }}
  replacement: {{ . | quote }}
{{- end }}
{{- with $from.nodeLabel }}
- sourceLabels: [__meta_kubernetes_node_label_{{ regexReplaceAll "[^a-zA-Z0-9_]" . "_" }}]
  regex: (.+)
  targetLabel: {{ $label }}
{{- end }}
{{- end }}
{{- with .Values.monitor.relabelings }}
{{ toYaml . }}
{{- end }}
{{- end -}}
