# One image for web, worker, beat and migrations; the command decides which (docker-compose.yml).
FROM python:3.13-slim

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 STATIC_ROOT=/app/staticfiles MEDIA_ROOT=/var/lib/demarche/media \
    JOURNAL_DIR=/var/lib/demarche/journal

WORKDIR /app

# The packages first: they change more rarely than the code. Every hash is checked.
COPY requirements.lock ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock

RUN useradd --system --uid 10001 --create-home demarche \
    && install -d -o demarche -g demarche /var/lib/demarche/media /var/lib/demarche/journal /app/staticfiles

COPY . .

# Keys for this one step only: collectstatic reads the settings and keeps nothing of them.
RUN SECRET_KEY=build EMAIL_DIGEST_KEY=build DATABASE_URL=sqlite:////tmp/build.sqlite3 \
    python manage.py collectstatic --noinput

USER demarche

EXPOSE 8000

HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
    CMD ["python", "config/healthcheck.py"]

CMD ["gunicorn", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "config.wsgi"]
