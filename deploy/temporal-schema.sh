#!/bin/sh
# Makes Temporal's two databases and brings their schemas up to date; both are left alone where they are so already.
set -eu
schemas=${TEMPORAL_SCHEMAS:-/etc/temporal/schema/postgresql/v12}

tool() {
  temporal-sql-tool --plugin postgres12 --endpoint "$SQL_HOST" --port "${SQL_PORT:-5432}" --user "$SQL_USER" "$@"
}

# A schema below the name of its database.
prepare() {
  tool --database "$1" create-database
  tool --database "$1" setup-schema --version 0.0
  tool --database "$1" update-schema --schema-dir "$schemas/$2/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
