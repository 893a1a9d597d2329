#!/bin/sh
classify --model /models/latest "$INPUT_FILE_PATH" > "$TMP_OUTPUT_DIR/class.json"
