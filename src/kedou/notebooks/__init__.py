"""The nine chapters as notebooks: kept as text, written as .ipynb, opened in JupyterLab.

The text of a notebook is Markdown (MyST) under ``assets/notebooks/<language>``. Writing needs the
extra ``jupyter``; reading the names does not.
"""

from kedou.notebooks.texts import Chapter, chapters, notebook
from kedou.notebooks.writing import Written, write

__all__ = ["Chapter", "Written", "chapters", "notebook", "write"]
