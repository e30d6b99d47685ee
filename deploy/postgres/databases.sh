#!/bin/bash
# databases.sh SERVICE…: one database for each service, with an owner, which runs its migrations, and the role the
# service runs as; nobody in another's. Passwords come from the environment (CARD_DATABASE_OWNER_PASSWORD,
# CARD_DATABASE_PASSWORD …) and are set anew every time. What the service's role owns, in an installation of before
# there were two, is handed over to the owner; done again it changes nothing.
set -euo pipefail
run() { psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname "$1"; }
run postgres <<<'SELECT pg_reload_conf();' >/dev/null # a certificate that was renewed is shown from now on
for service in "$@"; do
    password_of="${service^^}_DATABASE_PASSWORD"
    owner_password_of="${service^^}_DATABASE_OWNER_PASSWORD"
    export ROLE="unicard_$service" ROLE_PASSWORD="${!password_of:?}"
    export OWNER="${ROLE}_owner" OWNER_PASSWORD="${!owner_password_of:?}"
    run postgres <<'SQL'
\getenv role ROLE
\getenv password ROLE_PASSWORD
\getenv owner OWNER
\getenv owner_password OWNER_PASSWORD
SELECT format('CREATE ROLE %I', name) FROM unnest(ARRAY[:'role', :'owner']) name
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
ALTER ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
ALTER ROLE :"owner" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'owner_password';
SELECT format('CREATE DATABASE %I OWNER %I', :'role', :'owner')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'role') \gexec
REVOKE ALL ON DATABASE :"role" FROM PUBLIC;
SQL
    # A version of the service that still runs goes on: its role keeps the use of the tables that are handed over until
    # the migrations that come next make its rights what is stated.
    run "$ROLE" <<'SQL'
\getenv role ROLE
\getenv owner OWNER
BEGIN;
SET LOCAL lock_timeout = '5s';
SELECT EXISTS (SELECT FROM pg_class WHERE relowner = :'role'::regrole)
    OR EXISTS (SELECT FROM pg_database WHERE datdba = :'role'::regrole AND datname = current_database()) AS owns \gset
\if :owns
REASSIGN OWNED BY :"role" TO :"owner";
SELECT format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO %I', relname, :'role') FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p', 'v') AND NOT relispartition \gexec
\endif
REVOKE ALL ON DATABASE :"role" FROM :"role";
GRANT CONNECT ON DATABASE :"role" TO :"role";
REVOKE CREATE ON SCHEMA public FROM :"role";
ALTER DEFAULT PRIVILEGES FOR ROLE :"owner" REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
COMMIT;
SQL
    echo "database $ROLE is there, owned by $OWNER"
done
