#!/usr/bin/env bash
# Sets up what is missing, indexes PATH (default: samples/) and serves the FHIR base until Ctrl-C.
#   ./run.sh [--data DIR] [--port N] [--url BASE] [PATH...]
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)

paths=() common=() serve=() port=${Port:-8080} url=${PublicBaseUrl:-}
while [ $# -gt 0 ]; do
  case $1 in
    --help) sed -n '2,3s/^# *//p' "$here/run.sh"; exit 0 ;;
    --json) shift ;;
    --data | --port | --url)
      [ $# -gt 1 ] || { echo "$1 needs a value." >&2; exit 2; }
      case $1 in
        --data) common+=("$1" "$2") ;;
        --port) serve+=("$1" "$2"); port=$2 ;;
        --url) serve+=("$1" "$2"); url=$2 ;;
      esac
      shift 2 ;;
    --*) echo "run.sh does not know '$1'; it takes --data, --port, --url and paths." >&2; exit 2 ;;
    *) paths+=("$1"); shift ;;
  esac
done
[ ${#paths[@]} -gt 0 ] || paths=("$here/samples")
for path in "${paths[@]}"; do
  [ -r "$path" ] || { echo "$path does not exist or cannot be read." >&2; exit 1; }
done

"$here/.ci/setup" run
"$here/dicom2fhir" --build

# The server starts first, so that a taken port is known before a long index run; its ready line is held back until the index is done.
out=$(mktemp)
server="" indexer="" stopping=""
stop() {
  stopping=yes
  for pid in $indexer $server; do kill -TERM "$pid" 2>/dev/null || true; done
}
trap stop INT TERM
trap 'rm -f "$out"' EXIT

"$here/dicom2fhir" serve "${common[@]}" "${serve[@]}" >"$out" &
server=$!
"$here/dicom2fhir" index "${common[@]}" "${paths[@]}" >&2 &
indexer=$!

finish() { # exit code
  stop
  while kill -0 "$server" 2>/dev/null; do wait "$server" || true; done
  exit "$1"
}

# Either may end first: the index run when it is done, the server only when it cannot serve.
while kill -0 "$indexer" 2>/dev/null; do
  if ! kill -0 "$server" 2>/dev/null && [ -z "$stopping" ]; then
    stop
    wait "$indexer" || true
    code=0; wait "$server" || code=$?
    exit "$code"
  fi
  sleep 0.1
done
code=0; wait "$indexer" || code=$?
[ -z "$stopping" ] || finish 0
[ "$code" = 0 ] || finish "$code"

until grep -q '^ready' "$out"; do
  if ! kill -0 "$server" 2>/dev/null; then code=0; wait "$server" || code=$?; [ -z "$stopping" ] || code=0; exit "$code"; fi
  sleep 0.05
done

local_base="http://127.0.0.1:$port/fhir"
count() { # the total of a search, "?" when curl is not there
  command -v curl >/dev/null || { echo '?'; return; }
  curl --silent --max-time 30 "$local_base/$1&_summary=count" | sed -n 's/.*"total":\([0-9]*\).*/\1/p'
}
base=${url:-$local_base}
echo "FHIR base: $base"
echo "Three searches to try:"
for search in "ImagingStudy?modality=CT" "ImagingStudy?series-bodysite=http://snomed.info/sct%7C69536005" "ImagingStudy?contrast-bolus=true"; do
  found=$(count "$search")
  [ "$found" = 1 ] && word=study || word=studies
  printf '  %6s %-7s  curl "%s/%s"\n' "$found" "$word" "$base" "$search"
done
grep '^ready' "$out"

while kill -0 "$server" 2>/dev/null; do wait "$server" && code=0 || code=$?; done
[ -z "$stopping" ] || code=0
exit "$code"
