#!/bin/sh
# Makes Temporal's two databases and brings their schemas up to date; both are left alone where they are so already.
# Server, user and password come by SQL_HOST, SQL_PORT, SQL_USER, SQL_PASSWORD and SQL_PLUGIN, which the tool reads itself.
set -eu

# The name of a database, and that of its schema.
prepare() {
  temporal-sql-tool --database "$1" create-database
  temporal-sql-tool --database "$1" setup-schema --version 0.0
  temporal-sql-tool --database "$1" update-schema --schema-dir "/etc/temporal/schema/postgresql/v12/$2/versioned"
}

prepare temporal temporal
prepare temporal_visibility visibility
