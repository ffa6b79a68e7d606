# The image of worker and emulator, and of the command line for hosts without Node. Built by `docker compose build`.
# glibc, since the Temporal core has no binary for musl.
FROM node:24.21.0-bookworm-slim@sha256:0e0ff40c39bc087845bfb27465a0df4ea419520094bc35842ff83dd8cbe6f9b6 AS base
WORKDIR /app

FROM base AS build
# Of all this only what `npm run build` reads; no dependency needs its install script.
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY bin bin
COPY src src
RUN npm run build
# What runs alone: no tools, and of the Temporal core's binaries, one for each platform, only this one's.
RUN npm prune --omit=dev --ignore-scripts --no-audit --no-fund \
  && find node_modules/@temporalio/core-bridge/releases -mindepth 1 -maxdepth 1 \
    ! -name "$(uname -m)-unknown-linux-gnu" -exec rm -r {} + \
  && rm -r node_modules/@temporalio/core-bridge/sdk-core
COPY LICENSE ./
COPY jobs jobs
# What comes from a clone has the modes of its owner's mask, and another user runs it.
RUN chmod -R a+rX LICENSE package.json bin jobs

FROM base
LABEL org.opencontainers.image.title="pollen-batch" \
  org.opencontainers.image.description="Batch text and image generation on Pollinations" \
  org.opencontainers.image.licenses="MIT"
# The Temporal core trusts the system's certificates, and a slim image has none. Node brings those of Mozilla, and is
# pinned above.
RUN mkdir -p /etc/ssl/certs \
  && node --eval "process.stdout.write(require('node:tls').rootCertificates.join('\n') + '\n')" \
    > /etc/ssl/certs/ca-certificates.crt
COPY --from=build /app/LICENSE /app/package.json ./
COPY --from=build /app/bin bin
COPY --from=build /app/jobs jobs
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
# Nothing is written but a cache, and that below /tmp: the image runs with a read-only root.
ENV NODE_ENV=production POLLEN_BATCH_CACHE=/tmp/pollen-batch
# Its user `node`, by number: a cluster that lets no root run cannot look the name up.
USER 1000:1000
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "bin/pollen-batch.js"]
CMD ["worker"]
