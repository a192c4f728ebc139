#!/bin/sh
# Runs once, when the data folder is empty: one database and one role for each service, named like it.
set -eu

for file in /run/secrets/postgres-*; do
    name=${file#/run/secrets/postgres-}
    [ "$name" = superuser ] && continue
    psql --quiet --set ON_ERROR_STOP=1 --username postgres --set name="$name" --set password="$(cat "$file")" <<'SQL'
create role :"name" login password :'password';
create database :"name" owner :"name";
revoke all on database :"name" from public;
SQL
done
psql --quiet --set ON_ERROR_STOP=1 --username postgres --command 'revoke connect on database postgres from public'
