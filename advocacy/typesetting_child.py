"""A program of its own: reads one document as JSON from standard input and writes its PDF to standard output.

advocacy/typesetting.py starts it, so that a document can take only so much time and memory, and only itself down. It
imports nothing of this project and knows no setting. What went wrong stands on standard error, in one line.
"""

import contextlib
import json
import sys


def main() -> int:
    """Set the document; 0 when it is written, 2 when typst refuses it."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import typst

    order = json.load(sys.stdin.buffer)
    try:
        made = typst.compile(
            order["template"].encode(),
            format="pdf",
            font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True),
            sys_inputs={"data": order["data"]},
            pdf_standards=["ua-1", "a-2a"],
            timestamp=order["timestamp"],
        )
    except typst.TypstError as error:
        sys.stderr.write(error.message.splitlines()[0][:500])
        return 2
    sys.stdout.buffer.write(made)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
