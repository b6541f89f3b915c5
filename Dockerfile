# Runs read-only: docker run --read-only --cap-drop ALL -p 8000:8000 signalbox
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY constraints.txt pyproject.toml README.md LICENSE ./
COPY service service
COPY training/__init__.py training/__init__.py
RUN python -m venv /opt/signalbox \
 && /opt/signalbox/bin/pip install --no-cache-dir --constraint constraints.txt .

FROM python:3.11-slim-bookworm
COPY --from=build /opt/signalbox /opt/signalbox
COPY models/default /models/default
ENV PATH=/opt/signalbox/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    SIGNALBOX_HOST=0.0.0.0 \
    SIGNALBOX_BUNDLE_DIR=/models/default
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('SIGNALBOX_PORT', '8000') + '/readyz', timeout=2)"]
STOPSIGNAL SIGTERM
ENTRYPOINT ["signalbox"]
CMD ["serve"]
