# The exporter without the vendor's tools, which are the host's and mounted: docs/install.md has the command.
#
# npu-smi and hccn_tool of the host are linked against glibc and C++'s library, and start sh, grep and mount to see where they
# run: so neither scratch nor an image with musl or without a shell will do.
ARG GO_IMAGE=docker.io/library/golang:1.26-bookworm
ARG BASE_IMAGE=docker.io/library/debian:bookworm-slim

# Compiles on the machine that builds, for the one that is asked for.
FROM --platform=$BUILDPLATFORM ${GO_IMAGE} AS build
ARG TARGETOS
ARG TARGETARCH
ARG REVISION=unknown
WORKDIR /src
COPY . .
RUN GOOS=$TARGETOS GOARCH=$TARGETARCH make build BIN=/out REVISION="$REVISION"

# Root is the default, since the driver takes only a privileged container of root for the host. --sim runs as any user.
FROM ${BASE_IMAGE}
COPY --from=build /out/ascend_exporter /usr/bin/ascend_exporter
COPY deploy/image/healthcheck /usr/lib/ascend_exporter/healthcheck
EXPOSE 9945
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s CMD ["/usr/lib/ascend_exporter/healthcheck"]
ENTRYPOINT ["/usr/bin/ascend_exporter"]
LABEL org.opencontainers.image.title="ascend_exporter" \
	org.opencontainers.image.description="Prometheus exporter for Huawei Ascend NPUs" \
	org.opencontainers.image.source="https://github.com/ascend-exporter/ascend_exporter" \
	org.opencontainers.image.licenses="Apache-2.0"
