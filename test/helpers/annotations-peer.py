"""Reads WFDB annotations with the PyPI package wfdb: the truth that src-ts/ecg/formats/wfdb-annotations.ts is compared with.

Standard input: one path with extension a line. Standard output: one JSON line a file, all annotations column by column.
"""
import json
import sys

import wfdb

for path in sys.stdin.read().split("\n"):
    if not path:
        continue
    record, _, extension = path.rpartition(".")
    found = wfdb.rdann(record, extension, return_label_elements=["symbol", "label_store"])
    print(
        json.dumps(
            {
                "sample": [int(x) for x in found.sample],
                "code": [int(x) for x in found.label_store],
                "symbol": list(found.symbol),
                "subtype": [int(x) for x in found.subtype],
                "channel": [int(x) for x in found.chan],
                "number": [int(x) for x in found.num],
                "aux": list(found.aux_note),
            }
        )
    )
