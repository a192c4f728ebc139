# One recipe for every image:
#   docker build --build-arg SERVICE=sla .     one service
#   docker build --target cli .                the `hotline` command
# Run `make bootstrap` first: it fetches the one script of the pages that we did not write.
# No `# syntax` line: it would fetch a front end from a registry, and the build must work without one.

FROM python:3.12-slim-bookworm AS python
ENV PIP_CONSTRAINT=/tmp/constraints.txt \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_ROOT_USER_ACTION=ignore
COPY constraints.txt /tmp/

# Our own packages, built once, with a list that says where each lies: they are never asked for by name
# alone, since a stranger could publish one of that name.
FROM python AS wheels
RUN pip install --quiet hatchling
RUN --mount=type=bind,source=libs,target=/src/libs \
    --mount=type=bind,source=services,target=/src/services \
    test -s /src/libs/web/static/vendor/manifest.json \
        || { echo "libs/web/static/vendor is empty: run 'make bootstrap' before the build" >&2; exit 1; } \
    && pip wheel --quiet --no-deps --no-build-isolation --wheel-dir /wheels /src/libs/* /src/services/* \
    && for wheel in /wheels/*.whl; do \
         name=$(basename "$wheel"); echo "${name%%-*} @ file://$wheel"; \
       done > /wheels/ours.txt

# What all images share, in one layer that changes only with its versions.
FROM python AS base
RUN --mount=type=bind,source=libs/runtime/pyproject.toml,target=/src/pyproject.toml \
    useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin hotline \
    && python -m venv --without-pip /venv \
    && python -c "import tomllib; needed = tomllib.load(open('/src/pyproject.toml', 'rb'))['project']['dependencies']; print(*(one for one in needed if not one.startswith('hotline-')), sep='\n')" > /tmp/shared.txt \
    && pip --python /venv/bin/python install --quiet -r /tmp/shared.txt
ENV PATH=/venv/bin:$PATH \
    PROMETHEUS_DISABLE_CREATED_SERIES=True \
    PYTHONDONTWRITEBYTECODE=1
WORKDIR /tmp
USER hotline

FROM base AS cli
USER root
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip --python /venv/bin/python install --quiet -c /wheels/ours.txt hotline-cli
USER hotline
ENTRYPOINT ["hotline"]

FROM base AS service
ARG SERVICE
USER root
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    grep -q "^hotline_$SERVICE @" /wheels/ours.txt \
        || { echo "SERVICE=$SERVICE: no such folder in services/" >&2; exit 1; } \
    && pip --python /venv/bin/python install --quiet -c /wheels/ours.txt "hotline-$SERVICE"
USER hotline
ENV SERVICE=$SERVICE
# Ready, not merely alive; two imports only, since it runs often.
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-ISc", "import os, socket as s\nport = next(v for k, v in os.environ.items() if k.endswith('_OPERATIONS_PORT'))\nc = s.create_connection(('127.0.0.1', int(port)), 3)\nc.sendall(b'GET /ready HTTP/1.0\\r\\n\\r\\n')\nraise SystemExit(b' 200 ' not in c.recv(64))"]
CMD exec python -m "services.$SERVICE"
