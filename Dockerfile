# The site as one image: `docker build -t navigator .`. See docs/hosting.md and compose.yaml.
# It runs as nobody's user, needs no writable file system but /data, and holds no key.

FROM python:3.12-slim AS build
WORKDIR /app
ENV PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /venv
COPY requirements/base.txt requirements/base.txt
RUN /venv/bin/pip install --require-hashes -r requirements/base.txt
COPY manage.py ./
COPY navigator navigator
COPY services services
COPY templates templates
COPY fixtures fixtures
# The catalogues and the hashed, compressed files are made once, here; the key is for this step alone.
RUN for po in navigator/locale/*/LC_MESSAGES/django.po; do \
        [ ! -e "$po" ] || /venv/bin/pybabel --quiet compile --input-file "$po" --output-file "${po%.po}.mo" \
            --locale "$(basename "$(dirname "$(dirname "$po")")")"; done \
    && SECRET_KEY=for-collecting-files-alone-in-this-step-and-for-nothing-else DATA_DIR=/tmp/data STATIC_DIR=/app/static \
        /venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && /venv/bin/python -m compileall -q /app/navigator /app/services

FROM python:3.12-slim
WORKDIR /app
RUN useradd --system --uid 10001 --home-dir /data --create-home navigator
COPY --from=build /venv /venv
COPY --from=build /app /app
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 MALLOC_ARENA_MAX=2 DATA_DIR=/data STATIC_DIR=/app/static
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=20s --retries=3 CMD ["python", "-c", \
    "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
STOPSIGNAL SIGTERM
CMD ["granian", "--interface", "wsgi", "--host", "0.0.0.0", "--port", "8000", "--workers", "1", \
    "--blocking-threads", "16", "--no-access-log", "--log-level", "warning", "navigator.wsgi:application"]
