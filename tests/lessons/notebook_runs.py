"""A notebook run twice in one kernel: as it is handed out, and with every exercise solved.

After each cell that prints ``expression = value`` a probe asks the kernel for the expressions
themselves, so that all their digits can be compared and not only those printed.
"""

import json
import re
from dataclasses import dataclass, field

import nbformat
from nbclient import NotebookClient

PRINTED = re.compile(r"^(\S.*?) = (-?\d[\d.]*(?:e[+-]?\d+)?)$", re.M)
FENCE = re.compile(r"```python\n(.*?)```", re.S)
CHECK = "kd.exercises.check("


@dataclass
class Pass:
    """What one pass through a notebook gave."""

    verdicts: list[str] = field(default_factory=list)
    numbers: dict[str, tuple[str, float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)


def solved(cells):
    """Return the sources of the code cells, each answer replaced by the solution after it."""
    sources = []
    for cell, after in zip(cells, [*cells[1:], None], strict=True):
        source = "".join(cell["source"])
        if "answer" in cell["metadata"].get("tags", ()):
            assert "solution" in after["metadata"]["tags"], source
            (solution,) = FENCE.findall("".join(after["source"]))
            source = f"{solution}\n\n{source[source.index(CHECK) :]}"
        if cell["cell_type"] == "code":
            sources.append(source)
    return sources


def run(notebook, expressions, folder):
    """Return the two passes of a notebook."""
    given = ["".join(c["source"]) for c in notebook["cells"] if c["cell_type"] == "code"]
    probe = _probe(expressions)
    strict = "import warnings; warnings.simplefilter('error')"
    lenient = "import warnings; warnings.resetwarnings()"  # the kernel warns of itself as it ends
    passes = [[strict, *given], ["%reset -f", strict, *solved(notebook["cells"]), lenient]]
    sources = [[part for source in one for part in (source, probe)] for one in passes]
    cells = [nbformat.v4.new_code_cell(source) for one in sources for source in one]
    made = nbformat.v4.new_notebook(cells=cells)
    client = NotebookClient(
        made,
        timeout=120,
        startup_timeout=120,
        kernel_name="python3",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()
    border = len(sources[0])
    return _read(cells[:border]), _read(cells[border:])


def _probe(expressions):
    """Return a cell that prints those of the expressions that have a value."""
    return f"""
def _values():
    import json
    found = {{}}
    for expression in {list(expressions)!r}:
        try:
            found[expression] = float(eval(expression, globals()))
        except Exception:
            pass
    print(json.dumps(found))
_values()
del _values
"""


def _read(cells):
    found = Pass()
    for cell, probe in zip(cells[::2], cells[1::2], strict=True):
        printed = "".join(o["text"] for o in cell.outputs if o["output_type"] == "stream")
        values = json.loads("".join(o["text"] for o in probe.outputs))
        for expression, text in PRINTED.findall(printed):
            assert expression not in found.numbers, f"{expression} is printed twice"
            found.numbers[expression] = (text, values.get(expression))
        for output in cell.outputs:
            if output["output_type"] == "error":
                found.errors.append(f"{cell.source}\n{output['ename']}: {output['evalue']}")
            elif output["output_type"] == "execute_result" and CHECK in cell.source:
                found.verdicts.append(output["data"]["text/plain"])
            elif output["output_type"] == "stream" and output["name"] == "stderr":
                found.errors.append(f"{cell.source}\n{output['text']}")
    return found
