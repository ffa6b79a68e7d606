#!/bin/sh
# Brings a namespace up to what runs need: 30 days of retention, as the default of one day would forget a run over a
# weekend, and the search attributes. What is there already is left alone.
set -eu
namespace=${TEMPORAL_NAMESPACE:-default}
attributes='PollenJob=Keyword PollenState=Keyword PollenLabels=KeywordList PollenModels=KeywordList PollenCost=Double'

# A server that has just opened its port needs some seconds more, and a new namespace is not known everywhere at once.
patiently() {
  tries=30
  until message=$("$@" 2>&1); do
    tries=$((tries - 1))
    if [ "$tries" -eq 0 ]; then
      echo "$message" >&2
      return 1
    fi
    sleep 2
  done
}

if ! patiently temporal operator cluster health; then
  echo "No Temporal answers at $TEMPORAL_ADDRESS." >&2
  echo 'COMPOSE_PROFILES in .env must name one: light or postgres. A --profile on the command line goes over it.' >&2
  exit 1
fi
if temporal operator namespace describe --namespace "$namespace" >/dev/null 2>&1; then
  patiently temporal operator namespace update --namespace "$namespace" --retention 30d
else
  patiently temporal operator namespace create --namespace "$namespace" --retention 30d
fi
for attribute in $attributes; do
  patiently temporal operator search-attribute create --namespace "$namespace" \
    --name "${attribute%=*}" --type "${attribute#*=}"
done
echo "The namespace $namespace is ready."
