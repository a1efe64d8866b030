#!/bin/bash
# Run by the image of PostgreSQL once, on an empty volume: the portal's roles and its database.
set -eu
PORTAL_OWNER_PASSWORD=$(cat /run/secrets/portal_owner_password)
PORTAL_APP_PASSWORD=$(cat /run/secrets/portal_app_password)
export PORTAL_OWNER_PASSWORD PORTAL_APP_PASSWORD
psql --no-psqlrc --quiet --username "$POSTGRES_USER" --dbname postgres --file /etc/portal/roles.sql
