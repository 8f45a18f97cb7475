FROM node:20-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY src src
COPY gen gen
RUN npm run build

FROM node:20-slim
WORKDIR /app
ENV NODE_ENV=production
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --no-audit --no-fund && npm cache clean --force
COPY --from=build /app/dist dist
COPY gen/*.binpb gen/
COPY proto proto
RUN ln -s /app/dist/src/cli/main.js /usr/local/bin/distributex && chmod +x dist/src/cli/main.js
USER node
EXPOSE 9889
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["distributex", "info", "--connect-timeout", "3s"]
# In a container loopback is nobody's, so it listens everywhere: publish the port only where you trust who calls.
ENTRYPOINT ["distributex"]
CMD ["serve", "--listen", "0.0.0.0:9889", "--insecure"]
