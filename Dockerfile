# Three stages: what production runs, what only the build needs (the words' compiler), and the image itself.
FROM python:3.11-slim-bookworm AS production
ENV UV_PYTHON_DOWNLOADS=never UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
WORKDIR /portal
COPY bin/uv-version bin/
RUN pip install --no-cache-dir "uv==$(cat bin/uv-version)"
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-default-groups

FROM production AS built
RUN UV_PROJECT_ENVIRONMENT=/tools uv sync --locked --no-group embedded
COPY . .
RUN /tools/bin/python -m bkt_portal.management.commands.words --compile
# Collecting reads the settings but no server and no secret; the mode of the image itself stays production.
RUN PORTAL_MODE=demo SECRET_KEY=unused FNP_KEY=unused PROOF_KEY=unused \
    DATABASE_URL=postgresql://unused@127.0.0.1:1/unused REDIS_URL=redis://127.0.0.1:1/0 \
    .venv/bin/python manage.py collectstatic --no-input

FROM python:3.11-slim-bookworm
RUN groupadd --gid 10001 portal && useradd --uid 10001 --gid portal --no-create-home --shell /usr/sbin/nologin portal \
    && install -d -o portal -g portal -m 700 /files
ENV PATH=/portal/.venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /portal
COPY --from=built --chown=root:root /portal /portal
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=6s --start-period=30s --retries=3 CMD ["python", "deploy/health.py", "web"]
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "2", \
     "--blocking-threads", "4", "--no-ws", "--respawn-failed-workers", "--workers-kill-timeout", "20", \
     "bkt_portal.wsgi:application"]
