#!/bin/bash
# databases.sh SERVICE…: one database and one role for each service, and nobody in another's.
# Passwords come from the environment (CARD_DATABASE_PASSWORD …) and are set anew every time.
set -euo pipefail
for service in "$@"; do
    password_of="${service^^}_DATABASE_PASSWORD"
    export ROLE="unicard_$service" ROLE_PASSWORD="${!password_of:?}"
    psql --no-psqlrc --quiet --set ON_ERROR_STOP=1 --dbname postgres <<'SQL'
\getenv role ROLE
\getenv password ROLE_PASSWORD
SELECT format('CREATE ROLE %I', :'role')
    WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'role') \gexec
ALTER ROLE :"role" LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'password';
SELECT format('CREATE DATABASE %I OWNER %I', :'role', :'role')
    WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'role') \gexec
REVOKE ALL ON DATABASE :"role" FROM PUBLIC;
SQL
    echo "database $ROLE is there"
done
