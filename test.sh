#!/usr/bin/env bash
# Sets up what is missing, runs all tests, prints 'N passed, N failed' last; exits non-zero on a failure.
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
cd "$here"

.ci/setup test
dotnet build Dicom2Fhir.sln --configuration Release --verbosity quiet --nologo -clp:NoSummary

passed=0 failed=0 skipped=0
for project in UnitTests PostgresTests; do
  echo "== $project"
  log=$(mktemp)
  code=0
  dotnet "tests/$project/bin/Release/net10.0/Dicom2Fhir.$project.dll" --ansi off --progress off </dev/null >"$log" 2>&1 || code=$?
  cat "$log"
  # the runner's summary: "  total: 6", "  failed: 0", "  succeeded: 6", "  skipped: 0"
  number() { sed -n "s/^ *$1: *\([0-9][0-9]*\)\r*$/\1/p" "$log" | tail -n 1; }
  ok=$(number succeeded) bad=$(number failed) not_run=$(number skipped)
  ok=${ok:-0} bad=${bad:-0} not_run=${not_run:-0}
  rm -f "$log"
  passed=$((passed + ok)) failed=$((failed + bad)) skipped=$((skipped + not_run))
  # a host that crashed, printed no summary or ran nothing is a failure of its own
  if [ "$ok" = 0 ] || { [ "$code" != 0 ] && [ "$bad" = 0 ]; }; then
    echo "$project ended with exit code $code"
    failed=$((failed + 1))
  fi
done

# On CI everything is there, so a test that was not run is a failure.
if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then failed=$((failed + skipped)); fi
line="$passed passed, $failed failed"
[ "$skipped" = 0 ] || line="$line, $skipped skipped"
echo "$line"
[ "$failed" = 0 ]
