"""Decompresses request bodies up to a limit."""

from __future__ import annotations

import zlib

from ppp_tui.receive.otlp import MAX_BODY_BYTES, Refusal

PIECE_BYTES = 1 << 16
"""Bytes that are decompressed at a time."""

GZIP_BITS, ZLIB_BITS, RAW_BITS = 31, 15, -15

ENCODINGS = ("", "identity", "gzip", "deflate")
"""Values of Content-Encoding that can be read."""


def decompress(body: bytes, encoding: str, limit: int = MAX_BODY_BYTES) -> bytes:
    """Return the body as it was before compression. Raises Refusal: 413 beyond the limit, 400 if it is broken."""
    if encoding in ("", "identity"):
        return body
    try:
        if encoding == "gzip":
            return _inflate(body, GZIP_BITS, limit)
        try:
            return _inflate(body, ZLIB_BITS, limit)
        except zlib.error:
            # Some clients send what HTTP calls deflate without the header that HTTP asks for.
            return _inflate(body, RAW_BITS, limit)
    except zlib.error as error:
        raise Refusal(400, f"the body cannot be decompressed as {encoding} ({error})") from error


def _inflate(body: bytes, bits: int, limit: int) -> bytes:
    content = bytearray()
    rest = body
    while True:
        engine = zlib.decompressobj(bits)
        while not engine.eof:
            piece = engine.decompress(rest, PIECE_BYTES)
            rest = engine.unconsumed_tail
            content += piece
            if len(content) > limit:
                raise Refusal(413, f"the body has more than {limit} bytes when decompressed: send smaller batches")
            if not piece and not rest and not engine.eof:
                raise zlib.error("it ends too early")
        rest = engine.unused_data
        # A gzip file may have several members, and zeros behind them.
        if bits != GZIP_BITS or not rest.strip(b"\0"):
            return bytes(content)
