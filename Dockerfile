# The first stage builds and checks, the second holds the program, its knowledge, the contract and what the base lacks of
# libraries. The knowledge is checked in the build: an image with invalid knowledge cannot exist.
#
#   docker build -t consilium .
#   docker build -t consilium --build-arg RUNTIME=debian:bookworm-slim .       with a shell, for those who need one
#   docker build -t consilium --build-arg REVISION="$(git rev-parse HEAD)" --build-arg SOURCE_DATE_EPOCH="$(git log -1 --format=%ct)" .
#
# Two builds of one commit on the same bases give the same layers (Scripts/reproducible). Versions of Swift packages are exact
# in Package.swift. Images are named without a digest: pin them in your own pipeline, which also has to renew the pin.
ARG BUILDER=swift:6.3-bookworm
ARG RUNTIME=gcr.io/distroless/cc-debian12:nonroot

FROM ${RUNTIME} AS runtime

FROM ${BUILDER} AS build
WORKDIR /build
# hadolint ignore=DL3008
RUN apt-get update -q \
    && apt-get install -q -y --no-install-recommends libssl-dev zlib1g-dev \
    && rm -rf /var/lib/apt/lists/*
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
# The program finds the libraries that the base lacks beside itself, without a variable of the environment.
# Nobody links with it, so it names none of its own symbols: 1.7 MB less.
# hadolint ignore=SC2016
RUN swift build -c release --product consilium --static-swift-stdlib -Xswiftc -gnone -Xlinker --no-export-dynamic \
        -Xlinker '-rpath=$ORIGIN/lib' \
    && mkdir -p /image/consilium/lib \
    && cp .build/release/consilium /image/consilium/ \
    && strip /image/consilium/consilium \
    && cp -r .build/release/consilium_GuidelineContent.resources /image/consilium/ \
    && cp -r .build/release/consilium_ReadingPages.resources /image/consilium/
COPY openapi.yaml openapi.json /image/consilium/
# Of the libraries that the program is linked with, those that the base has are the base's: its updates count.
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
COPY --from=runtime / /runtime
RUN ldd /image/consilium/consilium | awk '$2 == "=>" { print $3 }' | while read -r library; do \
        [ -e "/runtime$library" ] || [ -e "/runtime/usr$library" ] || cp -L "$library" /image/consilium/lib/; \
    done
# One time for every file, and no writing by anybody: the layer is the same in every build.
ARG SOURCE_DATE_EPOCH=0
RUN /image/consilium/consilium check \
    && chmod -R a=rX,u+w /image \
    && find /image -exec touch --no-dereference --date="@${SOURCE_DATE_EPOCH}" {} +

FROM ${RUNTIME}
ARG RUNTIME
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="consilium" \
      org.opencontainers.image.description="Treatment options for neuroendocrine neoplasms, with reasons and sources" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="${RUNTIME}" \
      org.opencontainers.image.documentation="docs/operations.md"
COPY --from=build /image /
ENV CONSILIUM_HOST=0.0.0.0 CONSILIUM_PORT=8080 CONSILIUM_DRAIN_DELAY=2
USER 65532:65532
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=5s --retries=3 CMD ["/consilium/consilium", "healthcheck"]
ENTRYPOINT ["/consilium/consilium"]
CMD ["serve"]
