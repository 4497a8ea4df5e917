#!/usr/bin/env bash
# Makes the whole table of docs/performance.md and prints it as markdown; progress goes to stderr. An interrupted run goes on where it was.
#   bench/run.sh [--studies N] [--messy] [--data DIR] [--instances N] [--buffers 4GB] [--port N] [--only STEP,STEP] [--again] [--quick]
#     --studies N     studies of the data (default 1 million; 10 million need about 70 GB and, all made, some two hours)
#     --made N        so many are made and written; the others are copies of them, table by table, with ids and patients of their own (minutes)
#     --data DIR      database and results (default bench/.data); kept, so that the next run measures the same data again
#     --instances N   studies with every instance listed, for the second table (default: a fiftieth of --studies, at most 200,000; 0: none)
#     --only          load size restart count page drain mixed fresh import index while-indexing memory instances
#     --again         measures steps again that were measured at this commit
#     --quick         seconds instead of minutes: tries the programs, figures mean nothing
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
[ "${1:-}" = "--help" ] && { sed -n '2,11s/^# \{0,1\}//p' "$0"; exit 0; }

"$here/../.ci/setup" run >&2
for project in src/Indexer src/FhirFacade bench/Load; do
  dotnet build "$here/../$project" --configuration Release --verbosity quiet --nologo -clp:NoSummary >&2
done
exec dotnet "$here/Load/bin/Release/net10.0/Dicom2Fhir.Load.dll" run --data "$here/.data" "$@"
