#!/bin/sh
# The text comes as a file; what is printed is the answer.
python3 /opt/sentiment/score.py < "$INPUT_FILE_PATH"
