#!/bin/sh
# Sends predictions with curl alone: `sh post.sh` tries it with one sample over three epochs, and
#   sh post.sh JOB_ID FILE.json
# sends the JSON array of predictions in a file. In a VS Code terminal of the local server address and key are there.
set -eu
: "${FINETUNE_LAB_API_KEY:?is not set: open a VS Code terminal while the local server runs, or set it yourself}"
url=${FINETUNE_LAB_API_URL:-https://finetunelab.ai}
job=${1:-curl-run}

# post PATH HEADER: the body comes from standard input. The key goes through a file that is there for curl alone, since
# every user of the machine can read an argument list. The Idempotency-Key makes the retries harmless on the local server.
post() {
  headers=$(mktemp)
  printf '%s\nContent-Type: application/json\nIdempotency-Key: %s\n' "$2" "$job-$$-$(date +%s)-${3:-0}" >"$headers"
  status=0
  curl -sS --fail-with-body --retry 4 --retry-connrefused --max-time 60 -H "@$headers" --data-binary @- "$url$1" || status=$?
  rm -f "$headers"
  return $status
}

save_job() { # STATUS
  printf '{"job_id": "%s", "model_name": "curl", "status": "%s"}' "$job" "$1" |
    post /api/training/local/jobs "X-API-Key: $FINETUNE_LAB_API_KEY"
}

answer=$(save_job running) || { echo "The job could not be created. $answer" >&2; exit 1; }
token=$(printf '%s' "$answer" | sed 's/.*"job_token": *"\([^"]*\)".*/\1/')
if [ $# -gt 1 ]; then
  { printf '{"job_id": "%s", "predictions": ' "$job" && cat "$2" && printf '}'; } |
    post /api/training/local/predictions "Authorization: Bearer $token"
else
  epoch=0
  for answer in Pxrs Pari Paris; do
    printf '{"job_id": "%s", "predictions": [{"epoch": %d, "step": %d, "sample_index": 0,
      "prompt": "The capital of France is", "ground_truth": "Paris", "prediction": "%s"}]}' \
      "$job" "$epoch" $((epoch * 100)) "$answer" |
      post /api/training/local/predictions "Authorization: Bearer $token" "$epoch"
    epoch=$((epoch + 1))
  done
fi
save_job completed >/dev/null
echo
