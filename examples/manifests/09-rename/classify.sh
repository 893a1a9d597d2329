#!/bin/sh
classify "$INPUT_FILE_PATH"
