#!/bin/sh
serve --port 80
