#!/usr/bin/env bash
# Header reading beside pydicom and dcmdump: the same files, the same run, files per processor second (one core). Prints a markdown table.
#   bench/headers.sh [FOLDER]      default: ../shared/dicom without its malformed files
set -euo pipefail
here=$(cd "$(dirname "$(readlink -f "${BASH_SOURCE[0]}")")" && pwd)
"$here/../.ci/setup" test >&2
dotnet build "$here/Load" --configuration Release --verbosity quiet --nologo -clp:NoSummary >&2

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
if [ $# -gt 0 ]; then
  folder=$(readlink -f "$1")
else
  folder=$work/files
  cp -r "$here/../../shared/dicom" "$folder" && chmod -R u+w "$folder"
  rm -rf "$folder/malformed" "$folder"/MANIFEST.csv "$folder"/README.md
fi
count=$(find "$folder" -type f | wc -l)
bytes=$(find "$folder" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')

# dcmdump has no loop of its own: one process a pass over all files, one tag printed
find "$folder" -type f -print0 >"$work/names"
dcmdump_passes() {
  TIMEFORMAT='%U %S'
  { time for _ in 1 2 3 4 5; do xargs -0 dcmdump -q +P 0020,000D <"$work/names" >/dev/null 2>&1 || true; done; } 2>&1
}
dcmdump_passes >/dev/null
dcmdump_passes | awk -v n="$count" '{ printf "dcmdump, one process for all files, one tag printed\t%.0f\t\n", 5 * n / ($1 + $2) }' >"$work/table"
/usr/bin/python3 "$here/pydicom_headers.py" "$folder" >>"$work/table"
dotnet "$here/Load/bin/Release/net10.0/Dicom2Fhir.Load.dll" headers "$folder" >>"$work/table"

echo "$count files, $bytes bytes ($((bytes / count)) a file), warm; $(nproc) cores, $(dcmdump --version | sed -n 's/.*\(dcmtk\): *dcmdump *\(v[0-9.]*\).*/\1 \2/p' | head -n 1), $(git -C "$here" rev-parse --short HEAD)"
echo
echo "| reader | files per core second | of pydicom | bytes read a file (pydicom: bytes to the pixel data) |"
echo "|---|--:|--:|--:|"
pydicom=$(awk -F'\t' '/^pydicom/ { print $2 }' "$work/table")
awk -F'\t' -v p="$pydicom" '{ printf "| %s | %d | %.1f x | %s |\n", $1, $2, $2 / p, $3 }' "$work/table"
