# An image with itc and what it needs for buckets and queues: docker build -t itc .
FROM node:22-bookworm-slim AS build
WORKDIR /src
COPY . .
# No package's install script is run: sharp and onnxruntime come ready for this system.
RUN npm ci --ignore-scripts --no-audit --no-fund && npm run build && npm pack --ignore-scripts --pack-destination /tmp

FROM node:22-bookworm-slim
COPY --from=build /tmp/itc-*.tgz /tmp/
RUN npm install --global --ignore-scripts --no-audit --no-fund /tmp/itc-*.tgz \
    onnxruntime-node@1.30.0 @aws-sdk/client-s3@3.1175.0 bullmq@6 ioredis@6 pg@8 \
  && rm /tmp/itc-*.tgz
USER node
WORKDIR /data
ENTRYPOINT ["itc"]
CMD ["--help"]
