-- The three roles and the one database of the portal. Run by a superuser, as often as one likes:
--   portal_owner    owns the database and the tables; migrates and verifies
--   portal_app      what the web, the worker and the beat log in as; owns nothing
--   portal_runtime  the rights of portal_app, granted by the migrations; nobody logs in as it
-- Passwords come from PORTAL_OWNER_PASSWORD and PORTAL_APP_PASSWORD, never from a command line.
\set ON_ERROR_STOP on
\getenv owner_password PORTAL_OWNER_PASSWORD
\getenv app_password PORTAL_APP_PASSWORD
-- A statement that fails must not leave a password in the server's log.
SET log_min_error_statement = panic;

SELECT format('CREATE ROLE %I', role) FROM unnest(ARRAY['portal_owner', 'portal_app', 'portal_runtime']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) \gexec
ALTER ROLE portal_owner LOGIN NOSUPERUSER CREATEROLE PASSWORD :'owner_password';
ALTER ROLE portal_app LOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB PASSWORD :'app_password';
ALTER ROLE portal_runtime NOLOGIN NOSUPERUSER NOCREATEROLE NOCREATEDB;

-- The owner may act as portal_runtime (the law tests do) and pass it on, without having its rights by itself.
GRANT portal_runtime TO portal_owner WITH ADMIN TRUE, INHERIT FALSE, SET TRUE;
GRANT portal_runtime TO portal_app;

-- A page that waits longer than this has lost its reader; the settings may ask for less.
ALTER ROLE portal_app SET statement_timeout = '30s';
ALTER ROLE portal_app SET lock_timeout = '5s';
ALTER ROLE portal_app SET idle_in_transaction_session_timeout = '60s';

SELECT 'CREATE DATABASE portal OWNER portal_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'portal') \gexec
REVOKE ALL ON DATABASE portal FROM PUBLIC;
GRANT CONNECT ON DATABASE portal TO portal_app;
