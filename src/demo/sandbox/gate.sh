#!/bin/sh
# Runs every test that is expected to pass.
BUN_BE_BUN=1 exec "${CUELOOP_DEMO_BIN:-cueloop}" gate.ts
