#!/bin/sh
serve --port 8080
