# Two stages: one that installs, one that runs. The second has no compiler, no cache and no root.
FROM python:3.11-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
RUN python -m venv /opt/keepword
COPY requirements.lock .
RUN /opt/keepword/bin/pip install --no-deps --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY bot bot
RUN /opt/keepword/bin/pip install --no-deps --no-build-isolation .

FROM python:3.11-slim
LABEL org.opencontainers.image.title="Keepword" org.opencontainers.image.licenses="MIT"
RUN useradd --system --uid 10001 --home-dir /data keepword \
 && mkdir /content /data && chown keepword /data
COPY --from=build /opt/keepword /opt/keepword
COPY intents /content/intents
COPY responses /content/responses
COPY standards.yml /content/standards.yml
ENV PATH=/opt/keepword/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    KEEPWORD_CONTENT=/content KEEPWORD_STORE=tinydb:/data/store KEEPWORD_DATA=/data KEEPWORD_LISTEN=0.0.0.0:8080 \
    KEEPWORD_SIMULATOR=0.0.0.0:8081
USER keepword
WORKDIR /data
VOLUME ["/content", "/data"]
EXPOSE 8080 8081
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/healthz', timeout=4)"]
ENTRYPOINT ["keepword"]
CMD ["run"]
