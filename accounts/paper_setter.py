"""The program that paper_press starts for each file: a template's path as its argument, facts in, the PDF out."""

import sys
from pathlib import Path

import typst


def pdf(template: Path, facts: str) -> bytes:
    """PDF/A-2a and PDF/UA-1 at once. It reads what lies beside the template, and no font of the machine."""
    return typst.compile(
        str(template),
        root=str(template.parent),
        font_paths=[str(template.parent / "fonts")],
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"facts": facts},
        pdf_standards=["a-2a", "ua-1"],
    )


if __name__ == "__main__":
    sys.stdout.buffer.write(pdf(Path(sys.argv[1]), sys.stdin.buffer.read().decode()))
