"""Reads what a test needs from a PDF that Chromium made: the pages, their sizes and the text."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator

A4_POINTS = (595, 842)

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"/Length (\d+).*?stream\r?\n", re.DOTALL)
_FONT = re.compile(rb"/(F\d+) (\d+) 0 R")
_SHOWN = re.compile(rb"/(F\d+) [\d.]+ Tf|<([0-9A-F]+)> Tj|(ET)")
_PAIR = re.compile(r"<([0-9A-F]{4})> <([0-9A-F]+)>\n")
_RANGE = re.compile(r"<([0-9A-F]{4})> <([0-9A-F]{4})> <([0-9A-F]{4})>")


def page_sizes(pdf: bytes) -> list[tuple[int, int]]:
    """Width and height of each page, in whole points."""
    pages = [body for body in _objects(pdf).values() if re.search(rb"/Type\s*/Page\b(?!s)", body)]
    boxes = [re.search(rb"/MediaBox\s*\[0 0 ([\d.]+) ([\d.]+)\]", page) for page in pages]
    return [(round(float(box[1])), round(float(box[2]))) for box in boxes if box]


def text_of(pdf: bytes) -> str:
    """All text in reading order, every run of white space as one space."""
    objects = _objects(pdf)
    letters = {number: _letters(objects, body) for number, body in objects.items() if b"/ToUnicode" in body}
    fonts = {
        name: letters[int(number)]
        for body in objects.values()
        for name, number in _FONT.findall(body)
        if int(number) in letters
    }
    return " ".join("".join(_words(objects, fonts)).split())


def _words(objects: dict[int, bytes], fonts: dict[bytes, dict[int, str]]) -> Iterator[str]:
    for body in objects.values():
        content = _stream(body)
        if b" Tj" not in content:
            continue
        known: dict[int, str] = {}
        for font, shown, end in _SHOWN.findall(content):
            if font:
                known = fonts[font]
            for start in range(0, len(shown), 4):
                yield known.get(int(shown[start : start + 4], 16), "?")
            if end:
                yield " "


def _letters(objects: dict[int, bytes], font: bytes) -> dict[int, str]:
    reference = re.search(rb"/ToUnicode (\d+) 0 R", font)
    table = _stream(objects[int(reference[1])]).decode("ascii") if reference else ""
    found: dict[int, str] = {}
    for part in re.findall(r"beginbfchar\n(.*?)endbfchar", table, re.DOTALL):
        found |= {int(glyph, 16): bytes.fromhex(text).decode("utf-16-be") for glyph, text in _PAIR.findall(part)}
    for part in re.findall(r"beginbfrange\n(.*?)endbfrange", table, re.DOTALL):
        for first, last, text in _RANGE.findall(part):
            for offset in range(int(last, 16) - int(first, 16) + 1):
                found[int(first, 16) + offset] = chr(int(text, 16) + offset)
    return found


def _objects(pdf: bytes) -> dict[int, bytes]:
    return {int(number): body for number, body in _OBJECT.findall(pdf)}


def _stream(body: bytes) -> bytes:
    """What a compressed object holds. Its length is taken from its head: its last byte may be a line's end."""
    found = _STREAM.search(body)
    if found is None or b"/FlateDecode" not in body:
        return b""
    return zlib.decompress(body[found.end() : found.end() + int(found[1])])
