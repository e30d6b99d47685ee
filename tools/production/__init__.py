"""The production profile of docker compose: `make env PROFILE=production`.

Secrets become files in `secrets/`, every image is pinned by its digest as this machine resolves it, what belongs to a
demonstration is left out, and a system that would still be one is refused by name. The result is
`docker-compose.production.yml`, which `.env` names in COMPOSE_FILE: `make up` and `docker compose` then mean it.
"""
