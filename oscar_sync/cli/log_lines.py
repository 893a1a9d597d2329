"""Lines on stderr: as text, or each as one JSON object for those who collect them."""

import json
import logging
import time
from typing import Any

import click

from oscar_sync.render.words import safe


class LogFormat:
    is_json = False


def choose(ctx: click.Context, param: click.Parameter, value: str) -> None:
    del ctx, param
    LogFormat.is_json = value == "json"


def json_line(level: str, logger: str, message: str, **more: Any) -> str:
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    return json.dumps({"time": stamp, "level": level, "logger": logger, "message": message, **more})


def line(text: str, level: str = "info") -> str:
    return json_line(level, "oscar_sync", text) if LogFormat.is_json else safe(text)


class Lines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        if LogFormat.is_json:
            return json_line(record.levelname.lower(), record.name, record.getMessage())
        return super().format(record)
