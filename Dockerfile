# The Node that package.json pins for checkouts, so that the image runs what the tests ran on. Change both together.
FROM node:24.21.0-bookworm-slim AS base
WORKDIR /app

FROM base AS build
COPY package.json package-lock.json .npmrc ./
# Nothing that the compiler needs comes from an install script.
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY resolvers resolvers
COPY workers workers
COPY migrations migrations
COPY schema schema
RUN node_modules/.bin/tsc -p tsconfig.build.json

FROM base AS packages
COPY package.json package-lock.json .npmrc ./
# `node` and `typescript` let a checkout start on any machine; here they would be a second Node of 190 MB and a compiler.
# Scripts run last, so that the one which fetches that Node never does.
RUN --mount=type=cache,target=/root/.npm \
    npm ci --omit=dev --ignore-scripts \
    && npm pkg delete dependencies.node dependencies.typescript \
    && npm prune --omit=dev --ignore-scripts \
    && npm rebuild

FROM base
LABEL org.opencontainers.image.title="Atrium" \
      org.opencontainers.image.description="A self-hosted GraphQL platform for AI products." \
      org.opencontainers.image.licenses="Apache-2.0"
# Package managers have no work in a running container, and are what scanners complain about.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack \
           /usr/local/bin/yarn /usr/local/bin/yarnpkg /opt/yarn-* \
    && install -d -o 1000 -g 1000 -m 0700 /data
# A set PORT is kept or refused; without one a taken port would be answered by the next free one.
ENV NODE_ENV=production \
    PORT=4000 \
    ATRIUM_DATA_DIR=/data
COPY --from=packages /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json ./
COPY console console
COPY --from=build /app/schema/trusted-documents.json schema/
VOLUME ["/data"]
# By number: Kubernetes cannot tell from a name that it is not root.
USER 1000:1000
EXPOSE 4000
# Of the roles only those with an API can answer; where a worker runs, this check is switched off.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --start-interval=1s --retries=3 \
  CMD ["node", "-e", "const tls = process.env.ATRIUM_TLS_CERT_FILE; if (tls) process.env.NODE_TLS_REJECT_UNAUTHORIZED = 0; fetch(`${tls ? 'https' : 'http'}://127.0.0.1:${process.env.PORT}/live`, { signal: AbortSignal.timeout(2500) }).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Without a shell between them, Node gets the signals itself.
ENTRYPOINT ["node", "dist/src/main.js"]
CMD ["start"]
