#!/usr/bin/env bash
# Measures what is asked of the speed beside the comparison with PyTorch, one readable line per criterion.
#
#   Benchmarks/criteria.sh [NAME ...]      all of them without a name
#
#   help         the built binary's --help (asked: under 50 ms)
#   first-step   from start to the first step of co2-cifar10, digests cached (under 1 s)
#   scaling      images per second on two threads over one (1.8 times)
#   linear       cost of an image in sets of 10,000, 50,000 and 200,000, in turns (the same, within a tenth)
#   neighbour    a step beside one busy process over a step alone (under 3 times)
#   memory       peak memory over that of the PyTorch twin (at most half)
#   release      debug build's milliseconds over the release build's (at most 1.3 times; builds one)
#
# REPRO names the binary (default .build/debug/repro), RELEASE a release build (else one is made), SECONDS_EACH how long
# three turns of a timing take (6), REPRO_DATA the images of first-step, REPRO_TORCH_VENV the twin's environment. Run it
# on an otherwise idle machine.
set -euo pipefail
export LC_ALL=C.UTF-8

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$root"
repro=${REPRO:-.build/debug/repro}
seconds=${SECONDS_EACH:-6}
venv=${REPRO_TORCH_VENV:-$HOME/.cache/repro/torch-venv}
work=$(mktemp -d)
neighbour=""
trap '[[ -z $neighbour ]] || kill "$neighbour" 2>/dev/null; rm -rf "$work"' EXIT
[[ -x $repro ]] || { echo "criteria.sh: no $repro: run swift build first" >&2 && exit 2; }

# One number of a JSON text on standard input: value KEY.
value() { sed -n "s/^.*\"$1\" *: *\([0-9.eE+-]*\),\{0,1\}.*$/\1/p" | head -n 1; }
median() { sort -g | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'; }
now() { date +%s.%N; }

# line NAME MEASURED LIMIT least|most TEXT: says what was measured and whether it is what was asked.
line() {
  awk -v name="$1" -v x="$2" -v limit="$3" -v kind="$4" -v text="$5" 'BEGIN {
    met = kind == "least" ? x >= limit : x <= limit
    printf "%-11s %s (asked: at %s %s)  %s\n", name, text, kind, limit, met ? "met" : "MISSED" }'
}

# Images per second: rate BINARY THREADS STEP. What is compared is timed in short turns, many of them, since a shared
# machine's speed changes within minutes, and the median pair counts.
turns=9
rate() {
  "$1" bench --step "$3" --threads "$2" --seconds "$(awk -v s="$seconds" 'BEGIN { print s / 3 }')" --json \
    2>>"$work/warnings" | value imagesPerSecond
}
median_pair() { sort -g | sed -n "$(((turns + 1) / 2))p"; }

measure_help() {
  local began ended i
  for i in $(seq 21); do
    began=$(now)
    "$repro" --help >/dev/null
    ended=$(now)
    awk -v a="$began" -v b="$ended" 'BEGIN { print 1000 * (b - a) }'
  done >"$work/help"
  local found
  found=$(median <"$work/help")
  line help "$found" 50 most "$(printf -- '--help takes %.0f ms, the median of 21' "$found")"
}

# The progress of a run on a terminal shows every step: the time to the first line with a loss.
measure_first_step() {
  command -v python3 >/dev/null || { echo "first-step  not measured: no python3" && return; }
  local i
  for i in 1 2 3 4 5; do
    rm -rf "$work/runs"
    python3 Benchmarks/first_step.py "$repro" run co2-cifar10 --real-data-only --arms "MoCo + CO2" --seeds 0 \
      --output "$work/runs" || { echo "first-step  not measured: the run ended before its first step" && return; }
  done >"$work/first"
  # The first try warms the digests and the page cache.
  local found
  found=$(tail -n 4 "$work/first" | median)
  line first-step "$found" 1 most "$(printf 'the first step of co2-cifar10 ends %.2f s after the start' "$found")"
}

measure_scaling() {
  local step pair one two
  for step in network moco-co2; do
    for pair in $(seq "$turns"); do
      one=$(rate "$repro" 1 "$step")
      two=$(rate "$repro" 2 "$step")
      echo "$one $two" | awk '{ print $2 / $1, $1, $2 }'
    done >"$work/scaling"
    read -r ratio one two < <(median_pair <"$work/scaling")
    line scaling "$ratio" 1.8 least \
      "$(printf '%s, width 16: %.0f images/s on one thread, %.0f on two: %.2f times' "$step" "$one" "$two" "$ratio")"
  done
}

measure_linear() {
  "$repro" bench --images 10000,50000,200000 --rounds 3 --json 2>>"$work/warnings" >"$work/linear"
  local part small large ratio
  for part in epoch features neighbors probe; do
    small=$(value "$part" <"$work/linear")
    large=$(grep "\"$part\"" "$work/linear" | tail -n 1 | value "$part")
    ratio=$(awk -v a="$small" -v b="$large" 'BEGIN { print b / a }')
    line linear "$ratio" 1.1 most \
      "$(printf '%s: %.2f µs per image of 10,000, %.2f of 200,000: %.2f times' "$part" "$small" "$large" "$ratio")"
  done
}

measure_neighbour() {
  local step pair alone beside ratio
  for step in network moco-co2; do
    for pair in $(seq "$turns"); do
      alone=$(rate "$repro" 2 "$step")
      setsid bash -c 'while :; do :; done' &
      neighbour=$!
      beside=$(rate "$repro" 2 "$step")
      kill "$neighbour"
      wait "$neighbour" 2>/dev/null || true
      neighbour=""
      echo "$alone $beside" | awk '{ print $1 / $2, $1, $2 }'
    done >"$work/neighbour"
    read -r ratio alone beside < <(median_pair <"$work/neighbour")
    line neighbour "$ratio" 3 most \
      "$(printf '%s: %.0f images/s alone, %.0f beside a busy process: %.2f times as long' "$step" "$alone" "$beside" "$ratio")"
  done
}

measure_memory() {
  [[ -x $venv/bin/python ]] || { echo "memory      not measured: no PyTorch in $venv (compare.sh makes it)" && return; }
  local step theirs ours ratio
  for step in network moco-co2 simclr features; do
    theirs=$("$venv/bin/python" Benchmarks/twin.py --step "$step" --seconds 3 --json 2>>"$work/warnings" | value peakBytes)
    ours=$("$repro" bench --step "$step" --seconds 3 --json 2>>"$work/warnings" | value peakBytes)
    ratio=$(awk -v a="$ours" -v b="$theirs" 'BEGIN { print a / b }')
    line memory "$ratio" 0.5 most \
      "$(awk -v s="$step" -v a="$ours" -v b="$theirs" -v r="$ratio" \
        'BEGIN { printf "%s: %.0f MB against %.0f MB: %.2f times", s, a / 1e6, b / 1e6, r }')"
  done
}

measure_release() {
  local release=${RELEASE:-} step pair slow fast ratio
  if [[ -z $release ]]; then
    swift build -c release --product repro >&2
    release=$(swift build -c release --show-bin-path)/repro
  fi
  for step in network moco-co2 simclr features; do
    for pair in $(seq "$turns"); do
      slow=$(rate "$repro" 2 "$step")
      fast=$(rate "$release" 2 "$step")
      echo "$slow $fast" | awk '{ print $2 / $1, $1, $2 }'
    done >"$work/release"
    read -r ratio slow fast < <(median_pair <"$work/release")
    line release "$ratio" 1.3 most \
      "$(printf '%s: %.0f images/s in a debug build, %.0f in a release build: %.2f times' "$step" "$slow" "$fast" "$ratio")"
  done
}

names=("$@")
[[ ${#names[@]} -gt 0 ]] || names=(help first-step scaling linear neighbour memory release)
awk -F ': ' '/^model name/ { name = $2 } /^cpu family/ { family = $2 } /^model\t/ { model = $2 }
  END { printf "machine     %s (family %s, model %s), %s cores, '"$(date -u +%F)"'\n", name, family, model, cores }' \
  cores="$(nproc)" /proc/cpuinfo
for name in "${names[@]}"; do
  case $name in
    help | first-step | scaling | linear | neighbour | memory | release) "measure_${name/-/_}" ;;
    *) echo "criteria.sh: unknown criterion $name (see its first lines)" >&2 && exit 2 ;;
  esac
done
if [[ -s $work/warnings ]]; then sort -u "$work/warnings" >&2; fi
