#!/bin/sh
index --add "$INPUT_FILE_PATH"
