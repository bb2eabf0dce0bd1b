#!/bin/sh
# The whole study: a corpus, models trained on it, their evaluation, what is inside them, one report.
#
#   sh examples/grokking_study/study.sh [OUT]         # OUT: study
#   SEEDS=0 STEPS=100 sh examples/grokking_study/study.sh short
#
# Every step skips what is done, so a study that was killed goes on when the command is given again.
set -eu
here=$(dirname "$0")
out=${1:-study}
seeds=${SEEDS:-0 1 2}
steps=${STEPS:-1000}
grid="[$(seq -s, 10 10 100),$(seq -s, 150 50 1000)]"
export HF_HUB_OFFLINE=1 HF_HOME="${HF_HOME:-$out/huggingface}" TOKENIZERS_PARALLELISM=false
say() { printf '\n== %s\n' "$*"; }

say "Corpus: the sample, its index, the split for the harness, positions for probes"
[ -f "$out/sample/exposure.toml" ] || exposure sample "$out/sample"
exposure index "$out/sample/exposure.toml" --out "$out/index" \
    --set "order.checkpoints=$grid" --set "order.stop_step=$steps"
exposure export "$out/index" --to lm-eval --out "$out/tasks"
exposure query "$out/index" explore/probe_positions --out "$out/probes.parquet"

say "Training: seeds $seeds, $steps steps each, in the order of the index"
for seed in $seeds; do
    python "$here/train.py" "$out/sample" "$out/index" --seed "$seed" --out "$out/checkpoints/seed-$seed"
done

say "Evaluation of every checkpoint with the harness"
python "$here/evaluate.py" "$out/tasks" "$out/checkpoints" --out "$out/results"

say "Inside the models: concept vectors and attention"
python "$here/concepts.py" "$out/probes.parquet" "$out/checkpoints" --out "$out/measures"
python "$here/attention.py" "$out/probes.parquet" "$out/checkpoints" --out "$out/measures"

say "Results into the index, questions, report"
for seed in $seeds; do
    exposure import "$out/index" "$out/results/seed-$seed"/*/*/samples_*.jsonl --model "seed-$seed"
done
exposure import "$out/index" "$out/measures"/*.csv
mkdir -p "$out/answers"
for question in accuracy lag lag_null accuracy_by_dose; do
    exposure query "$out/index" "dynamics/$question" --out "$out/answers/$question.csv"
done
exposure query "$out/index" dynamics/accuracy_matched -p seen_by=$((steps / 20 * 10)) \
    --out "$out/answers/accuracy_matched.csv"
exposure query "$out/index" dynamics/lag
exposure report "$out/index" --out "$out/report.html"
