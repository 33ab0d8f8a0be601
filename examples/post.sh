#!/bin/sh
# Sends predictions with curl alone: `sh post.sh` tries it with one sample over three epochs, and
#   sh post.sh JOB_ID FILE.json
# sends the JSON array of predictions in a file. Address and key come from where log_predictions.py has them: from the
# environment (VS Code's terminals have both), else from the local server's server.json. Every user of the machine can
# read argument lists: secrets go through the shell's own printf, and to curl through a file that is there for it alone.
set -eu
home=${TRAINING_PREDICTIONS_HOME:-${HOME:-}/.training-predictions}
job=${1:-curl-run-$(date +%Y%m%d-%H%M%S)-$$} # Under one id two runs would be mixed.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

fail() {
  echo "$*" >&2
  exit 1
}

# It goes into JSON as it is.
case $job in *[\"\\[:cntrl:]]*) fail "JOB_ID: without quotes, backslashes and control characters" ;; esac

told() { sed -n "s/.*\"$1\": *\"\([^\"]*\)\".*/\1/p" "$home/server.json"; } # A text of server.json.

# The port of a plain http address within this machine; fails for any other address.
local_port() {
  loopback='http://(localhost|127\.[0-9]+\.[0-9]+\.[0-9]+|\[::1\])'
  printf '%s\n' "$1" | grep -Eqx "$loopback(:[0-9]+)?(/.*)?" || return 1
  printf '%s:80\n' "$1" | sed -E "s#^$loopback:?([0-9]*).*#\2#; s/^\$/80/"
}

# Sets url, key and, for a server that has to prove that it wrote server.json, proof_key.
find_server() {
  url=${FINETUNE_LAB_API_URL:-https://finetunelab.ai} key=${FINETUNE_LAB_API_KEY:-} proof_key=
  url=${url%/}
  case $key@$url in ?*@https:*) return ;; esac
  api_key=$(cat "$home/api-key" 2>/dev/null) || api_key=
  if [ -e "$home/server.json" ]; then
    [ -n "$(find -L "$home/server.json" -user "$(id -u)" ! -perm -020 ! -perm -002)" ] ||
      fail "Others may have written $home/server.json: remove it, start the local server again"
    case $key in
      '' | "$api_key" | "$(told apiKey)") key=$(told apiKey) ;; # Its key goes to it alone.
      *) port=$(local_port "$url") && [ "$port" = "$(local_port "$(told url)")" ] || return 0 ;;
    esac
    url=$(told url) proof_key=$(told proofKey)
    case $proof_key$url in http:*) fail "The local server at $url is too old: stop it and start it again" ;; esac
  elif [ -z "$key" ] || [ "$key" = "$api_key" ]; then
    fail "The local server does not run: start it in VS Code with 'Start Local Server'"
  fi
}

# bytes HEX NUMBER: the bytes of a hexadecimal text, each combined with the number by exclusive or.
bytes() {
  hex=$1
  while [ -n "$hex" ]; do
    rest=${hex#??} n=$((0x${hex%"${hex#??}"} ^ $2)) hex=${hex#??}
    printf "\\$((n / 64 * 100 + n / 8 % 8 * 10 + n % 8))"
  done
}

sha256() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi | cut -c 1-64; }

ask() {
  case $url in http:*) set -- --noproxy '*' "$@" ;; esac # Within this machine.
  curl -sSg --max-time 60 --max-redirs 0 --proto '=http,https' "$@"
}

# Fails unless the server proves that it knows the key of server.json, by HMAC-SHA256, or needs no proof.
prove() {
  case $url in https:*) return ;; esac
  local_port "$url" >/dev/null || fail "Nothing was sent to $url: plain http stays within this machine, use https or ssh -L"
  [ -n "$proof_key" ] || return 0
  nonce=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \n')
  proof=$(ask "$url/health?challenge=$nonce" | sed -n 's/.*"proof": *"\([^"]*\)".*/\1/p')
  message=$(printf 'training-predictions-proof\n%s\n%s\n%s' "$nonce" "$url" "$(told instance)")
  padded=$proof_key$(printf %064d 0)
  inner=$({ bytes "$padded" 54 && printf %s "$message"; } | sha256)
  [ "$proof" = "$({ bytes "$padded" 92 && bytes "$inner" 0; } | sha256)" ] ||
    { echo "No local server proves itself at $url: nothing was sent; start it again" >&2 && return 1; }
}

# post PATH HEADER [NUMBER]: posts standard input and prints the answer. The Idempotency-Key, one for each number, makes
# repetitions harmless on the local server. An empty header stands for the key's.
post() {
  cat >"$work/body"
  for pause in 1 2 4 8 0; do
    find_server
    printf '%s\n' "${2:-X-API-Key: $key}" "Content-Type: application/json" \
      "Idempotency-Key: post-$$-$started-${3:-0}" >"$work/headers"
    answer=
    if prove; then
      answer=$(ask -w '\n%{http_code}' -H "@$work/headers" --data-binary "@$work/body" "$url$1") || true
    fi
    case $answer in
      '{'*'"success":true'*'
200') printf '%s\n' "${answer%?200}" && return ;;
      *429 | *408 | *5?? | *000 | '') [ "$pause" = 0 ] || sleep "$pause" ;;
      *) break ;;
    esac
  done
  fail "$url$1 did not take it: $answer"
}

save_job() { # STATUS
  printf '{"job_id": "%s", "model_name": "curl", "status": "%s"}' "$job" "$1" | post /api/training/local/jobs ''
}

started=$(date +%s)
answer=$(save_job running)
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
[ $# -gt 0 ] || echo "Job: $job"
