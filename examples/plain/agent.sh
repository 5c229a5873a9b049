#!/bin/sh
# Log an agent's run from a shell: one JSON line per fact, appended to a file of its own.
#   sh agent.sh ~/.local/share/ppp-tui/sessions/nightly.jsonl
set -eu
file=$1
umask 077
mkdir -p "$(dirname "$file")"

now() { date -u +%Y-%m-%dT%H:%M:%SZ; }

# Make a JSON string of any text. Only with jq or the like is it safer.
quoted() {
    printf '%s' "$1" | tr '\n\t' '  ' | tr -d '\000-\037' | sed 's/\\/\\\\/g; s/"/\\"/g; s/^/"/; s/$/"/'
}

line() { printf '%s\n' "$1" >> "$file"; }

line "{\"type\":\"start\",\"at\":\"$(now)\",\"agent_name\":\"nightly\",\"project\":$(quoted "$PWD"),\"spec_id\":\"SPEC-7\",\"pid\":$$}"
line "{\"type\":\"turn\",\"at\":\"$(now)\",\"prompt\":\"Run the tests\"}"
command='printf "2 passed\n"'
if output=$(sh -c "$command" 2>&1); then code=0; else code=$?; fi
status=ok
[ "$code" -eq 0 ] || status=failed
line "{\"type\":\"step\",\"at\":\"$(now)\",\"kind\":\"shell\",\"tool\":\"sh\",\"input\":$(quoted "$command"),\"output\":$(quoted "$output"),\"status\":\"$status\",\"exit_code\":$code}"
line "{\"type\":\"response\",\"at\":\"$(now)\",\"text\":\"All tests pass.\"}"
line "{\"type\":\"finish\",\"at\":\"$(now)\",\"outcome\":\"completed\"}"
