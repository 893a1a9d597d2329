#!/bin/sh
ffmpeg -i "$INPUT_FILE_PATH" -vf fps=1 "$TMP_OUTPUT_DIR/frame-%04d.jpg"
