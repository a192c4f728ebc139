#!/bin/sh
# Every night, by cron, in the folder of compose.yaml: back up, let go of what was kept long enough, erase it for good.
# One step that fails stops none of the others; the exit code says that one did.
set -u
day=$(date +%F)
keep=${KEEP_BACKUPS:-14} # an erased person is in every backup made before
failed=0
step() {
    echo "$(date -Is) $*"
    "$@" || { failed=1; echo "$(date -Is) FAILED: $*" >&2; }
}
step docker compose run --rm hotline backup --keep "$keep" "/backups/$day"
step docker compose exec -T desk python -m services.desk retention --apply
step docker compose run --rm erase
step docker compose run --rm hotline files sweep --remove
step docker compose exec -T postgres sh -c 'vacuumdb --all --quiet --username postgres'
[ "$failed" -ne 0 ] || step docker compose exec -T desk python -m services.desk nightly # else NightMissed tells
exit "$failed"
