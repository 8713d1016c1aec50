{{- define "facefleet.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "facefleet.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimSuffix "-" -}}
{{- else if contains (include "facefleet.name" .) .Release.Name -}}
{{- .Release.Name | trunc 40 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "facefleet.name" .) | trunc 40 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{/* Labels of everything; a list of the root and the component. */}}
{{- define "facefleet.labels" -}}
{{- $root := index . 0 -}}
helm.sh/chart: {{ printf "%s-%s" $root.Chart.Name ($root.Chart.Version | replace "+" "_") }}
{{ include "facefleet.selector" . }}
app.kubernetes.io/version: {{ $root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ $root.Release.Service }}
{{- end -}}

{{- define "facefleet.selector" -}}
{{- $root := index . 0 -}}
app.kubernetes.io/name: {{ include "facefleet.name" $root }}
app.kubernetes.io/instance: {{ $root.Release.Name }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end -}}

{{/* Reference of an image; a list of the root and the image's values. */}}
{{- define "facefleet.image" -}}
{{- $root := index . 0 -}}
{{- $image := index . 1 -}}
{{- if $image.digest -}}
{{- printf "%s@%s" $image.repository $image.digest -}}
{{- else -}}
{{- printf "%s:%s" $image.repository (default $root.Chart.AppVersion $image.tag) -}}
{{- end -}}
{{- end -}}

{{- define "facefleet.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "facefleet.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "facefleet.natsUrl" -}}
{{- if .Values.nats.enabled -}}
nats://{{ include "facefleet.fullname" . }}-nats.{{ .Release.Namespace }}:4222
{{- else -}}
{{- required "nats.url must be set when nats.enabled is false" .Values.nats.url -}}
{{- end -}}
{{- end -}}

{{- define "facefleet.natsSecret" -}}
{{- if .Values.nats.existingSecret -}}
{{- .Values.nats.existingSecret -}}
{{- else if .Values.nats.enabled -}}
{{ include "facefleet.fullname" . }}-nats
{{- end -}}
{{- end -}}

{{- define "facefleet.s3Secret" -}}
{{- if .Values.s3.existingSecret -}}
{{- .Values.s3.existingSecret -}}
{{- else if .Values.trialS3.enabled -}}
{{ include "facefleet.fullname" . }}-trial-s3
{{- end -}}
{{- end -}}

{{/* The restricted Pod Security Standard. */}}
{{- define "facefleet.podSecurity" -}}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
fsGroup: 65532
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "facefleet.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{- define "facefleet.pullSecrets" -}}
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
{{- range . }}
  - name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Takes the rules in CEL out of a schema, for API servers that do not know them and would refuse it. */}}
{{- define "facefleet.dropRules" -}}
{{- if kindIs "map" . -}}
{{- $_ := unset . "x-kubernetes-validations" -}}
{{- end -}}
{{- if or (kindIs "map" .) (kindIs "slice" .) -}}
{{- range . -}}
{{- include "facefleet.dropRules" . -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- /* bytes of a quantity such as 10Gi */}}
{{- define "facefleet.bytes" -}}
{{- $units := dict "" 1 "m" 0.001 "k" 1e3 "M" 1e6 "G" 1e9 "T" 1e12 "P" 1e15 "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 "Pi" 1125899906842624 -}}
{{- $number := regexFind "^[0-9.]+" . -}}
{{- mulf (float64 $number) (float64 (get $units (trimPrefix $number .))) | floor | int64 -}}
{{- end -}}
