"""A program of its own: reads documents as JSON from standard input and writes their PDFs to standard output.

Before each PDF stands its length, as eight bytes with the largest first.

advocacy/typesetting.py starts it, so that a document can take only so much time and memory, and only itself down. It
imports nothing of this project and knows no setting. What went wrong stands on standard error, in one line.
"""

import contextlib
import json
import sys


def main() -> int:
    """Set the documents; 0 when they are written, 2 when typst refuses one."""
    with contextlib.suppress(ImportError):
        import resource

        resource.setrlimit(resource.RLIMIT_CPU, (30, 30))
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    import typst

    order = json.load(sys.stdin.buffer)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)
    try:
        for data in order["data"]:
            made = typst.compile(
                order["template"].encode(),
                format="pdf",
                font_paths=fonts,
                sys_inputs={"data": data},
                pdf_standards=["ua-1", "a-2a"],
                timestamp=order["timestamp"],
            )
            sys.stdout.buffer.write(len(made).to_bytes(8, "big"))
            sys.stdout.buffer.write(made)
    except typst.TypstError as error:
        sys.stderr.write(error.message.splitlines()[0][:500])
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
