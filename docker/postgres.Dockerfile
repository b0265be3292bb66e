FROM postgres:18-alpine
# Runs as the image's own account from the start, so that no root is needed to step down from.
USER 70:70
HEALTHCHECK --interval=5s --timeout=3s --retries=20 CMD ["pg_isready", "-h", "127.0.0.1", "-U", "interlock", "-d", "interlock"]
