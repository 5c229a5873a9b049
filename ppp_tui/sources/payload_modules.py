"""What sources share that keep the reading of payloads in a module of their own, ``payloads`` in their package."""

from __future__ import annotations

from importlib import import_module

from ppp_tui.sources.source import Payload


class PayloadModule:
    """Reads payloads by the functions of ``payloads`` in the package of the class.

    That module takes a while to import, and looking for sessions needs none of it: it is imported by the first call.
    """

    def load_input(self, record: bytes, key: str) -> Payload:
        """Return the input of the step `key` from its record. Raises ValueError if the record does not hold it."""
        payload: Payload = import_module(f"{type(self).__module__}.payloads").load_input(record, key)
        return payload

    def load_output(self, record: bytes, key: str) -> Payload:
        """Return the output of the step `key` from its record. Raises ValueError if the record does not hold it."""
        payload: Payload = import_module(f"{type(self).__module__}.payloads").load_output(record, key)
        return payload
