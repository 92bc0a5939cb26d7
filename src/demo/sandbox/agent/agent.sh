#!/bin/sh
BUN_BE_BUN=1 exec "${CUELOOP_DEMO_BIN:-cueloop}" "$(dirname "$0")/agent.ts" "$@"
