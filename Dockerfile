# One recipe for every image:
#   docker build --build-arg SERVICE=sla .     one service
#   docker build --target cli .                the `hotline` command
# Run `make bootstrap` first: it fetches the one script of the pages that we did not write.
# No `# syntax` line: it would fetch a front end from a registry, and the build must work without one.

FROM python:3.12-slim-bookworm AS base
ENV PATH=/venv/bin:$PATH \
    PIP_CONSTRAINT=/tmp/constraints.txt \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PROMETHEUS_DISABLE_CREATED_SERIES=True \
    PYTHONDONTWRITEBYTECODE=1
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin hotline \
    && python -m venv --without-pip /venv
# What all images share, in one layer. Our own packages are named by path, never by name: a stranger could
# publish one of that name.
RUN --mount=type=bind,source=libs,target=/src/libs \
    --mount=type=bind,source=constraints.txt,target=/src/constraints.txt \
    test -s /src/libs/web/static/vendor/manifest.json \
        || { echo "libs/web/static/vendor is empty: run 'make bootstrap' before the build" >&2; exit 1; } \
    && cp /src/constraints.txt /tmp/ \
    && for leaf in /src/libs/*/pyproject.toml; do \
         folder=$(dirname "$leaf"); echo "hotline-$(basename "$folder") @ file://$folder"; \
       done >> /tmp/constraints.txt \
    && pip --python /venv/bin/python install /src/libs/runtime
WORKDIR /tmp
USER hotline
STOPSIGNAL SIGTERM

FROM base AS cli
USER root
RUN --mount=type=bind,source=libs,target=/src/libs \
    pip --python /venv/bin/python install /src/libs/cli
USER hotline
ENTRYPOINT ["hotline"]

FROM base AS service
ARG SERVICE
USER root
RUN --mount=type=bind,source=libs,target=/src/libs \
    --mount=type=bind,source=services,target=/src/services \
    test -f "/src/services/$SERVICE/pyproject.toml" \
        || { echo "SERVICE=$SERVICE: no such folder in services/" >&2; exit 1; } \
    && pip --python /venv/bin/python install "/src/services/$SERVICE"
USER hotline
ENV SERVICE=$SERVICE
# Ready, not merely alive; two imports only, since it runs often.
HEALTHCHECK --interval=5s --timeout=4s --start-period=30s --retries=6 \
    CMD ["python", "-ISc", "import os, socket as s\nport = next(v for k, v in os.environ.items() if k.endswith('_OPERATIONS_PORT'))\nc = s.create_connection(('127.0.0.1', int(port)), 3)\nc.sendall(b'GET /ready HTTP/1.0\\r\\n\\r\\n')\nraise SystemExit(b' 200 ' not in c.recv(64))"]
CMD exec python -m "services.$SERVICE"
