"""Validate a json report against its schema, and its counts against its results.

usage: report_json.py SCHEMA REPORT
"""
import collections
import json
import sys

import jsonschema


def no_repeats(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"repeated member in {keys}"
    return dict(pairs)


def main(schema_path, report_path):
    with open(schema_path, encoding="utf-8") as f:
        schema = json.load(f)
    with open(report_path, encoding="utf-8") as f:
        report = json.load(f, object_pairs_hook=no_repeats)
    jsonschema.Draft202012Validator.check_schema(schema)
    errors = list(jsonschema.Draft202012Validator(schema).iter_errors(report))
    for e in errors[:10]:
        print("/".join(map(str, e.absolute_path)), e.message[:300], file=sys.stderr)
    summary, results = report["summary"], report["results"]
    statuses = collections.Counter(r["status"] for r in results)
    assert summary["total"] == len(results), "total"
    for status in ("pass", "fail", "error", "skip"):
        assert summary[status] == statuses[status], status
        assert summary[status] == sum(s[status] for s in summary["by_severity"].values()), status
    ids = [r["id"] for r in results]
    assert len(ids) == len(set(ids)), "an id stands twice"
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
