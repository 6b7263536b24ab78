# Two stages: the first builds and checks, the second holds the program, its knowledge and the contract. The knowledge is
# checked in the build: an image with invalid knowledge cannot exist.
FROM swift:6.3-bookworm AS build
WORKDIR /build
# hadolint ignore=DL3008
RUN apt-get update -q \
    && apt-get install -q -y --no-install-recommends libssl-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build -c release --product consilium --static-swift-stdlib -Xswiftc -gnone \
    && mkdir -p /image \
    && cp .build/release/consilium /image/ \
    && strip /image/consilium \
    && cp -r .build/release/consilium_GuidelineContent.resources /image/ \
    && mkdir -p /libraries \
    && cp -L "/usr/lib/$(uname -m)-linux-gnu/libz.so.1" /libraries/
COPY openapi.yaml /image/
RUN /image/consilium check

FROM gcr.io/distroless/cc-debian12:nonroot
LABEL org.opencontainers.image.title="consilium" \
      org.opencontainers.image.description="Treatment options for neuroendocrine neoplasms, with reasons and sources" \
      org.opencontainers.image.licenses="Apache-2.0"
# The base has OpenSSL and no zlib.
COPY --from=build /libraries /usr/lib/consilium
COPY --from=build /image /consilium
ENV LD_LIBRARY_PATH=/usr/lib/consilium CONSILIUM_HOST=0.0.0.0 CONSILIUM_PORT=8080 CONSILIUM_DRAIN_DELAY=2
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=5s --retries=3 CMD ["/consilium/consilium", "healthcheck"]
ENTRYPOINT ["/consilium/consilium"]
CMD ["serve"]
