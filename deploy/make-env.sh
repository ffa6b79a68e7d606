#!/bin/sh
# Makes .env with passwords of its own, and the file of the API key, once:
#
#   sh deploy/make-env.sh [emulator] [postgres]
#
# emulator: the worker calls the emulator, and nothing costs anything.
# postgres: Temporal keeps its state in PostgreSQL, in place of the one-process server with an SQLite file.
# A key in POLLINATIONS_API_KEY goes into the key file, unless another one is in it.
set -eu
# Never writes into a file that is there, but where it says so.
set -C
umask 077
cd "$(dirname "$0")/.."

temporal=light
emulator=''
for part in "$@"; do
  case $part in
    postgres) temporal=postgres ;;
    emulator) emulator=,emulator ;;
    *)
      echo "There is no part \"$part\". Usage: sh deploy/make-env.sh [emulator] [postgres]" >&2
      exit 2
      ;;
  esac
done

if [ -e .env ] || [ -L .env ]; then
  cat >&2 <<END
There is a .env already, and the servers may know its passwords: nothing was changed.
Which parts run is said by COMPOSE_PROFILES in it. To start from nothing, deleting all data:
  docker compose down --volumes && rm .env
END
  exit 1
fi

# So many random bytes, in hexadecimal.
random() {
  bytes=$(od -An -v -tx1 -N "$1" /dev/urandom | tr -d ' \n')
  if [ "${#bytes}" -ne "$(($1 * 2))" ]; then
    echo 'No random bytes came from /dev/urandom.' >&2
    exit 1
  fi
  echo "$bytes"
}
store_user=$(random 10)
store_password=$(random 24)
database_password=$(random 24)

# No secret.
emulator_key=sk_emulator000000000000000000000000
given=${POLLINATIONS_API_KEY:-}
key_file=deploy/secrets/pollinations-api-key
mkdir -p deploy/secrets
key=$given
if [ -n "$emulator" ] && [ -z "$given" ]; then
  key=$emulator_key
fi
present=''
if [ -e "$key_file" ]; then
  present=$(cat "$key_file")
fi
kept=''
case $present in
  '' | "$emulator_key") printf '%s' "$key" >|"$key_file" ;;
  "$given") ;;
  *) kept=${given:+yes} ;;
esac
# Containers run as users of their own and have to read these. Nobody else on this host gets past the folder's mode.
chmod 700 deploy/secrets
chmod 644 "$key_file" deploy/temporal-*

cat >.env <<END
# Written by deploy/make-env.sh. It holds passwords: keep it to yourself, and out of git.

# What runs: one of light and postgres, and emulator if wanted. Run \`docker compose down\` before you change it.
COMPOSE_PROFILES=$temporal$emulator

# For the servers and the worker.
MINIO_ROOT_USER=$store_user
MINIO_ROOT_PASSWORD=$store_password
POSTGRES_PASSWORD=$database_password

# For the worker, and for pollen-batch on this host.
S3_BUCKET=pollen-batch
S3_REGION=us-east-1
TEMPORAL_UI_URL=http://127.0.0.1:8233
END
cat >>.env <<END

# For pollen-batch on this host alone: the containers have other addresses for each other.
TEMPORAL_ADDRESS=127.0.0.1:7233
S3_ENDPOINT=http://127.0.0.1:9000
AWS_ACCESS_KEY_ID=$store_user
AWS_SECRET_ACCESS_KEY=$store_password
END
if [ -n "$emulator" ]; then
  cat >>.env <<END

# The emulator, as this host and as the worker reaches it. Without these lines, and with a real key, the real API is
# called.
POLLINATIONS_BASE_URL=http://127.0.0.1:4000
WORKER_POLLINATIONS_BASE_URL=http://emulator:4000
POLLINATIONS_CACHE=exact
END
fi

echo "Wrote .env: $temporal Temporal${emulator:+, the emulator}."
if [ -n "$kept" ]; then
  echo "The key in $key_file was kept; the one in POLLINATIONS_API_KEY is another."
fi
if [ ! -s "$key_file" ]; then
  echo "Put your Pollinations key, alone, into $key_file."
fi
echo 'Start it with: docker compose up -d --wait'
