#!/bin/sh
python3 /opt/fire/detect.py --model "$MODEL" < "$INPUT_FILE_PATH"
