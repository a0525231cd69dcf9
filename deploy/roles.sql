-- The roles, the database and the extensions of Zapis, for a PostgreSQL server of one's own (15 or newer, pgvector installed).
-- Run by a superuser, as often as you like; passwords are taken from the environment so that they stay out of process lists:
--
--   ZAPIS_OWNER_PASSWORD=… ZAPIS_APP_PASSWORD=… psql -d postgres -f deploy/roles.sql
--
-- zapis_owner   owns every table and runs the migrations; the running program never uses it
-- zapis_app     the running program: owns nothing, row-level security always applies
-- zapis_report  reads schema report. To let a report tool in: ALTER ROLE zapis_report LOGIN PASSWORD '…'
-- zapis_audit   owns the function through which audit rows are inserted, and nobody signs in as it
\set ON_ERROR_STOP on
\set QUIET on
\getenv owner_password ZAPIS_OWNER_PASSWORD
\getenv app_password ZAPIS_APP_PASSWORD

SET client_min_messages = warning;

SELECT format('CREATE ROLE %I NOLOGIN', role)
FROM unnest(ARRAY['zapis_owner', 'zapis_app', 'zapis_report', 'zapis_audit']) AS role
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role)
\gexec

ALTER ROLE zapis_owner LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE PASSWORD :'owner_password';
ALTER ROLE zapis_app LOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB PASSWORD :'app_password';
ALTER ROLE zapis_report NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;
ALTER ROLE zapis_report SET default_transaction_read_only = on;
ALTER ROLE zapis_audit NOLOGIN NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB;

-- Migrations hand the audit function to zapis_audit, which takes membership.
GRANT zapis_audit TO zapis_owner;

-- C.UTF-8 and not C: under C lower() leaves Cyrillic alone and pg_trgm finds nothing in it.
SELECT 'CREATE DATABASE zapis OWNER zapis_owner TEMPLATE template0 ENCODING ''UTF8'' LOCALE ''C.UTF-8'''
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'zapis')
\gexec

\connect zapis
SET client_min_messages = warning;
\ir extensions.sql
