#!/bin/sh
name=$(basename "$INPUT_FILE_PATH" .jpg)
yolo predict source="$INPUT_FILE_PATH" > "$TMP_OUTPUT_DIR/$name.json"
