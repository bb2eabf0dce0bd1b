#!/bin/sh
# The whole study: a corpus, models trained on it, their evaluation, what is inside them, one report.
#
#   sh examples/grokking_study/study.sh [OUT]         # OUT: study
#   SEEDS=0 STEPS=100 sh examples/grokking_study/study.sh short
#   CONFIG=mine/exposure.toml SHAPE="--width 144 --layers 6" THRESHOLD=0.6 sh examples/grokking_study/study.sh mine/study
#
# Every step skips what is done, so a study that was killed goes on when the command is given again.
set -eu
here=$(dirname "$0")
out=${1:-study}
seeds=${SEEDS:-0 1 2}
steps=${STEPS:-1000}                  # of the sample; a CONFIG says its own
threshold=${THRESHOLD:-0.8}           # accuracy that counts as reached
cores=$(getconf _NPROCESSORS_ONLN)
export HF_HUB_OFFLINE=1 HF_HOME="${HF_HOME:-$out/huggingface}" TOKENIZERS_PARALLELISM=false
say() { printf '\n== %s\n' "$*"; }
each() { # COMMAND ARGS: as many seeds side by side as there are cores; {} is the seed
    n_seeds=$(echo $seeds | wc -w)
    printf '%s\n' $seeds | OMP_NUM_THREADS=$(((cores + n_seeds - 1) / n_seeds)) xargs -P "$cores" -I '{}' "$@"
}

say "Corpus, its index, the split for the harness, positions for probes"
config=${CONFIG:-$out/sample/exposure.toml}
if [ -z "${CONFIG:-}" ]; then
    [ -f "$config" ] || exposure sample "$out/sample"
    grid="[$(seq -s, 10 10 100),$(seq -s, 150 50 1000)]"
    export EXPOSURE_ORDER_CHECKPOINTS="$grid" EXPOSURE_ORDER_STOP_STEP="$steps"
fi
exposure index "$config" --out "$out/index"
exposure export "$out/index" --to lm-eval --out "$out/tasks"
exposure query "$out/index" explore/probe_positions --out "$out/probes.parquet"

say "Training: seeds $seeds, in the order of the index"
each python "$here/train.py" "$config" "$out/index" --seed '{}' ${SHAPE:-} --out "$out/checkpoints/seed-{}"

say "Evaluation of every checkpoint with the harness"
each python "$here/evaluate.py" "$out/tasks" "$out/checkpoints/seed-{}" --out "$out/results/seed-{}"

say "Inside the models: concept vectors and attention"
each python "$here/concepts.py" "$out/probes.parquet" "$out/checkpoints/seed-{}" --out "$out/measures"
each python "$here/attention.py" "$out/probes.parquet" "$out/checkpoints/seed-{}" --out "$out/measures"

say "Results into the index, questions, report"
for seed in $seeds; do
    exposure import "$out/index" "$out/results/seed-$seed"/*/*/samples_*.jsonl --model "seed-$seed"
done
exposure import "$out/index" "$out/measures"/*.csv
middle=$(exposure query "$out/index" --format csv \
    "SELECT checkpoint FROM checkpoints ORDER BY abs(2 * checkpoint - (SELECT max(checkpoint) FROM checkpoints)) LIMIT 1")
mkdir -p "$out/answers"
for question in accuracy lag accuracy_by_dose; do
    exposure query "$out/index" "dynamics/$question" --out "$out/answers/$question.csv"
done
exposure query "$out/index" dynamics/lag_null -p threshold="$threshold" --out "$out/answers/lag_null.csv"
exposure query "$out/index" dynamics/accuracy_matched -p seen_by="${middle##*[!0-9]}" \
    --out "$out/answers/accuracy_matched.csv"
exposure query "$out/index" dynamics/lag -p threshold="$threshold"
exposure report "$out/index" --threshold "$threshold" --out "$out/report.html"
