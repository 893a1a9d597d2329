#!/bin/sh
name=$(basename "$INPUT_FILE_PATH")
convert "$INPUT_FILE_PATH" -thumbnail "$SIZE" "$TMP_OUTPUT_DIR/$name"
cp "$INPUT_FILE_PATH" "$TMP_OUTPUT_DIR/original-$name"
