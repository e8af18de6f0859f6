# Two stages: the first compiles and installs into /opt/watcher, the second carries that and nothing to build with.

FROM python:3.12-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/watcher
WORKDIR /src
# The dependencies first: they change seldom, and this layer is then reused.
COPY requirements.lock ./
RUN /opt/watcher/bin/pip install --require-hashes --only-binary :all: -r requirements.lock
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev && rm -rf /var/lib/apt/lists/*
COPY requirements-build.lock ./
RUN pip install --require-hashes --only-binary :all: -r requirements-build.lock
COPY pyproject.toml setup.py README.md LICENSE ./
COPY watcher ./watcher
RUN pip wheel --no-deps --no-build-isolation --wheel-dir /wheels . \
    && /opt/watcher/bin/pip install --no-deps /wheels/*.whl && /opt/watcher/bin/pip uninstall --yes pip


FROM python:3.12-slim
LABEL org.opencontainers.image.title="watcher" \
      org.opencontainers.image.description="Watches news feeds and tells people, once, when what they watch for happens." \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/watcher/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin watcher \
    && install --directory --owner=watcher --group=watcher /srv/watcher/var
COPY --from=build /opt/watcher /opt/watcher
WORKDIR /srv/watcher
# The shipped configuration and the demo; mount your own over config/.
COPY config ./config
COPY seeds ./seeds
USER 10001
VOLUME /srv/watcher/var
HEALTHCHECK --interval=30s --timeout=6s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8080/healthz', timeout=5)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["watcher"]
CMD ["run"]
