#!/bin/sh
python run.py --conf 0.5
