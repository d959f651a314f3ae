{{/* The parts of the pod that go together: flags, environment, and what of the node is mounted. */}}

{{- define "ascend-exporter.args" -}}
- --web.listen-address=:{{ .Values.port }}
{{- if .Values.webConfig.secret }}
- --web.config.file=/etc/ascend_exporter/web/{{ .Values.webConfig.key }}
{{- end }}
{{- if .Values.sim.enabled }}
- --sim
- --sim.product={{ .Values.sim.product }}
{{- with .Values.sim.scenario }}
- --sim.scenario={{ . }}
{{- end }}
{{- else }}
{{- if .Values.pods.enabled }}
- --collector.pods
- --path.pod-resources={{ .Values.pods.kubeletPath }}/pod-resources/kubelet.sock
{{- else }}
- --no-collector.pods
{{- end }}
{{- if include "ascend-exporter.annotations" . }}
- --collector.pods.kubelet={{ .Values.pods.annotations.kubelet }}
{{- with .Values.pods.annotations.certificateAuthority }}
- --path.kubelet-ca=/host{{ . }}
{{- end }}
{{- end }}
{{- if .Values.processes.enabled }}
- --collector.processes
{{- if not .Values.processes.hostPID }}
- --path.procfs=/host/proc
{{- end }}
{{- end }}
{{- with .Values.state.path }}
- --path.state={{ . }}/state
- --path.maintenance={{ . }}/maintenance
{{- end }}
{{- end }}
{{- with .Values.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "ascend-exporter.env" -}}
- name: NODE_NAME
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName
- name: HOST_IP
  valueFrom:
    fieldRef:
      fieldPath: status.hostIP
{{- with .Values.memoryLimit }}
- name: GOMEMLIMIT
  value: {{ . }}
{{- end }}
{{- if and (not .Values.sim.enabled) .Values.driver.commands }}
- name: PATH
  value: /usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin{{ range .Values.driver.commands }}:/host{{ . }}{{ end }}
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* What of the node is mounted: a list of {name, path, type, mountPath, readOnly}, as YAML. */}}
{{- define "ascend-exporter.host" -}}
{{- range $i, $path := .Values.driver.folders }}
- {name: driver-{{ $i }}, path: {{ $path }}, type: Directory, mountPath: {{ $path }}, readOnly: true}
{{- end }}
{{- range $i, $path := .Values.driver.files }}
- {name: file-{{ $i }}, path: {{ $path }}, type: File, mountPath: {{ $path }}, readOnly: true}
{{- end }}
{{- range $i, $path := .Values.driver.commands }}
- {name: commands-{{ $i }}, path: {{ $path }}, type: Directory, mountPath: /host{{ $path }}, readOnly: true}
{{- end }}
- {name: lock, path: {{ .Values.driver.lock }}, type: DirectoryOrCreate, mountPath: /run/lock, readOnly: false}
{{- with .Values.state.path }}
- {name: state, path: {{ . }}, type: DirectoryOrCreate, mountPath: {{ . }}, readOnly: false}
{{- end }}
{{- if .Values.pods.enabled }}
{{- $path := printf "%s/pod-resources" .Values.pods.kubeletPath }}
- {name: pod-resources, path: {{ $path }}, type: Directory, mountPath: {{ $path }}, readOnly: true}
{{- end }}
{{- if include "ascend-exporter.annotations" . }}
{{- with .Values.pods.annotations.certificateAuthority }}
- {name: kubelet-ca, path: {{ . }}, type: File, mountPath: /host{{ . }}, readOnly: true}
{{- end }}
{{- end }}
{{- if and .Values.processes.enabled (not .Values.processes.hostPID) }}
- {name: proc, path: /proc, type: Directory, mountPath: /host/proc, readOnly: true}
{{- end }}
{{- end -}}

{{- define "ascend-exporter.volumeMounts" -}}
{{- if .Values.sim.enabled -}}
- name: tmp
  mountPath: /tmp
{{- else -}}
{{- range include "ascend-exporter.host" . | fromYamlArray }}
- name: {{ .name }}
  mountPath: {{ .mountPath }}
  {{- if .readOnly }}
  readOnly: true
  {{- end }}
{{- end }}
{{- end }}
{{- if .Values.webConfig.secret }}
- name: web
  mountPath: /etc/ascend_exporter/web
  readOnly: true
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{- define "ascend-exporter.volumes" -}}
{{- if .Values.sim.enabled -}}
- name: tmp
  emptyDir: {}
{{- else -}}
{{- range include "ascend-exporter.host" . | fromYamlArray }}
- name: {{ .name }}
  hostPath:
    path: {{ .path }}
    type: {{ .type }}
{{- end }}
{{- end }}
{{- with .Values.webConfig.secret }}
- name: web
  secret:
    secretName: {{ . }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}
