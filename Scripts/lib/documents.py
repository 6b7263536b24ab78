"""Writes knowledge documents the way editors do: two spaces, what fits in 120 columns on one line."""
import json


def inline(value):
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{json.dumps(k, ensure_ascii=False)}: {inline(v)}" for k, v in value.items()) + " }" if value else "{}"
    if isinstance(value, list):
        return "[" + ", ".join(inline(v) for v in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def dumps(value, indent=0, prefix=0, top=True):
    """The text of a document, without a newline at its end."""
    short = inline(value)
    if not isinstance(value, (dict, list)) or not value or not top and indent + prefix + len(short) < 120:
        return short
    pad, inner = " " * indent, " " * (indent + 2)
    if isinstance(value, dict):
        rows = [f"{inner}{inline(k)}: {dumps(v, indent + 2, len(k) + 4, False)}" for k, v in value.items()]
        return "{\n" + ",\n".join(rows) + f"\n{pad}}}"
    return "[\n" + ",\n".join(inner + dumps(v, indent + 2, 0, False) for v in value) + f"\n{pad}]"
