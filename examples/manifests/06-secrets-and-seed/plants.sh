#!/bin/sh
python3 /opt/plants/classify.py --key "$API_KEY" "$INPUT_FILE_PATH" > "$TMP_OUTPUT_DIR/result.json"
