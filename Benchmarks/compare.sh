#!/usr/bin/env bash
# Times `repro bench` beside its PyTorch twin, alternating in the same minutes, and prints medians and ratios.
#
#   Benchmarks/compare.sh --step moco-co2 --width 16 --batch 256 --precision bfloat16
#
#   --step network|moco-co2|simclr|features   --width N   --batch N   --precision float32|bfloat16
#   --repeats N    pairs of runs (5)             --seconds N   measured seconds of each run (20)
#   --threads N    compute threads of both (all cores)
#   --data DIR     CIFAR-10's binary files for the twin (random bytes without it)
#   --no-tuning    skip the search for the twin's best setting: eager, two loader workers
#   -- ARGUMENTS   go to `repro bench` as they are
#
# The virtual environment is $REPRO_TORCH_VENV (default ~/.cache/repro/torch-venv, made with pip when absent, about
# 6 GB); it has to lie outside the checkout. REPRO names a binary to time instead of a release build made here. Run it
# on an otherwise idle machine: one busy process slows either side several times over.
set -euo pipefail

step=moco-co2 width=16 batch=256 precision=bfloat16 repeats=5 seconds=20 tuning=yes data="" threads=$(nproc)
bench_arguments=()
fail() {
  echo "compare.sh: $*" >&2
  exit 2
}
while [[ $# -gt 0 ]]; do
  case $1 in
    --no-tuning) tuning=no && shift && continue ;;
    --help | -h) sed -n '2,/^set /{/^set /d;s/^# \{0,1\}//;p;}' "$0" && exit 0 ;;
    --) shift && bench_arguments=("$@") && break ;;
    --step | --width | --batch | --precision | --repeats | --seconds | --threads | --data)
      [[ $# -ge 2 ]] || fail "$1 needs a value"
      printf -v "${1#--}" '%s' "$2"
      shift 2
      ;;
    *) fail "unknown argument $1 (see --help)" ;;
  esac
done

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(dirname "$here")
venv=$(realpath -m "${REPRO_TORCH_VENV:-$HOME/.cache/repro/torch-venv}")
[[ $venv/ != "$root"/* ]] || fail "REPRO_TORCH_VENV is $venv, inside the checkout: choose a folder outside it"
[[ -z $data ]] || data=$(realpath -e "$data") || fail "--data: no such folder"
[[ $repeats -ge 1 ]] || fail "--repeats is $repeats: give at least 1"

if [[ ! -x $venv/bin/python ]]; then
  echo "Making a PyTorch environment in $venv" >&2
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet torch torchvision numpy >&2
fi

cd "$root"
repro=${REPRO:-}
if [[ -z $repro ]]; then
  swift build -c release --product repro >&2
  repro=$(swift build -c release --show-bin-path)/repro
fi

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
common=(--step "$step" --width "$width" --batch "$batch" --precision "$precision" --threads "$threads" --json)

twin() { # seconds, then further options
  local duration=$1
  shift
  "$venv/bin/python" "$here/twin.py" "${common[@]}" --seconds "$duration" ${data:+--data "$data"} "$@"
}
rate() { "$venv/bin/python" -c 'import json, sys; print(json.load(sys.stdin)["imagesPerSecond"])'; }

# The twin's best setting is what ours is held against.
candidates=("")
[[ $step == features ]] && candidates=("" "--fold" "--compile" "--fold --compile")
[[ $step == network ]] && candidates=("" "--compile")
[[ $step == moco-co2 || $step == simclr ]] &&
  candidates=("--workers 2" "--workers 1" "--workers $((threads + 1))" "--workers 2 --compile")
best=${candidates[0]} fastest=0
if [[ $tuning == yes ]]; then
  for candidate in "${candidates[@]}"; do
    # shellcheck disable=SC2086
    found=$(twin 8 $candidate 2>"$scratch/tuning.log" | rate) || found=0
    echo "PyTorch ${candidate:-plain}: $found images/s" >&2
    if awk -v a="$found" -v b="$fastest" 'BEGIN { exit !(a > b) }'; then best=$candidate fastest=$found; fi
  done
fi

for ((pair = 1; pair <= repeats; pair++)); do
  # shellcheck disable=SC2086
  twin "$seconds" $best 2>"$scratch/twin.log" >>"$scratch/twin.jsonl" || fail "the twin failed: $(cat "$scratch/twin.log")"
  "$repro" bench "${common[@]}" --seconds "$seconds" "${bench_arguments[@]}" 2>"$scratch/ours.log" | tr -d '\n' >>"$scratch/ours.jsonl" ||
    fail "repro bench failed: $(cat "$scratch/ours.log")"
  echo >>"$scratch/ours.jsonl"
  echo "pair $pair of $repeats" >&2
done

"$venv/bin/python" - "$scratch" "$best" <<'END'
import json, statistics, sys
from pathlib import Path

folder, best = Path(sys.argv[1]), sys.argv[2]
rows = {name: [json.loads(line) for line in (folder / f"{name}.jsonl").open()] for name in ("twin", "ours")}
known = dict(line.split(":", 1) for line in open("/proc/cpuinfo").read().split("\n\n")[0].splitlines() if ":" in line)
known = {name.strip(): value.strip() for name, value in known.items()}
cpu = f"{known.get('model name', 'unknown')} (family {known.get('cpu family')}, model {known.get('model')})"
first = rows["twin"][0]
print(
    f"{first['step']}, width {first['width']}, batch {first['batch']}, {first['precision']}, {first['threads']} threads; "
    f"PyTorch {first['torch']} {best}; {cpu}; {len(rows['twin'])} pairs, medians\n"
)
print("| | PyTorch | ours | ratio (pair by pair) |\n|---|---|---|---|")
units = [("imagesPerSecond", "images/s", 1), ("millisecondsPerStep", "ms per step", 1), ("peakBytes", "peak MB", 1e6)]
for key, label, scale in units:
    theirs, ours = ([row[key] / scale for row in rows[name]] for name in ("twin", "ours"))
    ratios = [a / b for a, b in zip(ours, theirs)]
    print(
        f"| {label} | {statistics.median(theirs):.1f} | {statistics.median(ours):.1f} | "
        f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f}) |"
    )
END
