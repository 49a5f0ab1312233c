# Build:  docker build -t bill-ingest .
# Run:    docker run -p 2525:2525 -p 8080:8080 -v bill-ingest-state:/var/lib/bill-ingest -v "$PWD/inbox:/inbox" bill-ingest
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md ./
COPY ingest ingest
COPY parsers parsers
RUN python -m venv /opt/bill-ingest \
    && /opt/bill-ingest/bin/pip install --no-cache-dir -c constraints.txt '.[ocr,postgres,s3]'

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/bill-ingest --create-home bill-ingest \
    && install -d -o bill-ingest -g bill-ingest /inbox /documents
COPY --from=build /opt/bill-ingest /opt/bill-ingest
ENV PATH=/opt/bill-ingest/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    BILL_INGEST_DATA_DIR=/var/lib/bill-ingest \
    BILL_INGEST_FOLDER__INBOX=/inbox \
    BILL_INGEST_SMTP__HOST=0.0.0.0 \
    BILL_INGEST_WEB__HOST=0.0.0.0 \
    BILL_INGEST_LOG_FORMAT=json
USER bill-ingest
WORKDIR /var/lib/bill-ingest
VOLUME ["/var/lib/bill-ingest", "/inbox"]
EXPOSE 2525 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8080/health', timeout=4)"]
ENTRYPOINT ["bill-ingest"]
CMD ["serve"]
