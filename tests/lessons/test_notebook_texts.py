"""The texts of the notebooks: complete, short, the same code in both languages; and their files."""

import ast
import io
import json
import sys
import tokenize

import nbformat
import pytest
from notebook_runs import CHECK, solved

from kedou.errors import MissingPackageError, UnreadableFileError
from kedou.exercises import CHAPTERS, names
from kedou.notebooks import chapters, notebook, write
from kedou.notebooks.texts import checksum
from kedou.texts import LANGUAGES

ALL = [chapter for language in LANGUAGES for chapter in chapters(language)]
EACH = pytest.mark.parametrize("chapter", ALL, ids=lambda c: f"{c.name}-{c.language}")


def code_of(chapter):
    return solved(notebook(chapter)["cells"])


def bare(source):
    """Return code as a tree without its words: texts emptied, comments gone."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_is_a_notebook_for_each_chapter(language):
    found = chapters(language)
    assert [chapter.name for chapter in found] == list(CHAPTERS)
    assert [chapter.file[:2] for chapter in found] == [f"0{n}" for n in range(1, 10)]


@pytest.mark.parametrize("name", CHAPTERS)
def test_both_languages_have_the_same_code(name):
    one, other = (next(c for c in chapters(lang) if c.name == name) for lang in LANGUAGES)
    assert [bare(s) for s in code_of(one)] == [bare(s) for s in code_of(other)]
    kinds = [[cell["cell_type"] for cell in notebook(c)["cells"]] for c in (one, other)]
    assert kinds[0] == kinds[1]


@EACH
def test_a_chapter_has_its_parts(chapter):
    cells = notebook(chapter)["cells"]
    sources = ["".join(cell["source"]) for cell in cells]
    assert sources[0].startswith("# ")
    assert sum(f"kd.lab.{chapter.name.replace('-', '_')}(" in source for source in sources) >= 1
    asked = [s.split(CHECK)[1].split('"')[1] for s in sources if CHECK in s]
    assert sorted(asked) == sorted(n for n in names() if n.startswith(f"{chapter.name}."))
    answers = [n for n, c in enumerate(cells) if "answer" in c["metadata"].get("tags", ())]
    assert len(answers) == len(asked)
    for n in answers:
        assert "solution" in cells[n + 1]["metadata"]["tags"]
        assert sources[n + 1].count("<details>") == sources[n + 1].count("</details>") == 2
    assert sources[-1].startswith(">") or sources[-2].startswith(">")
    assert len(cells) - len(answers) <= 21


@EACH
def test_code_is_narrow_enough_for_a_page_and_speaks_one_language(chapter):
    for source in code_of(chapter):
        assert max(map(len, source.splitlines())) <= 100
        words = [
            token.string
            for token in tokenize.generate_tokens(io.StringIO(source).readline)
            if token.type == tokenize.COMMENT
        ]
        chinese = [any("\u4e00" <= letter <= "\u9fff" for letter in word) for word in words]
        if chapter.language == "en":
            assert not any(chinese), words


@EACH
def test_it_is_a_valid_notebook_and_always_the_same(chapter):
    made = notebook(chapter)
    nbformat.validate(nbformat.from_dict(made))
    assert made == notebook(chapter)
    ids = [cell["id"] for cell in made["cells"]]
    assert len(set(ids)) == len(ids)
    assert not any(cell.get("outputs") for cell in made["cells"])


# Files.


def states(written):
    return {one.state for one in written}


def edit(path, source):
    content = json.loads(path.read_text("utf-8"))
    content["cells"][-2]["source"] = source
    path.write_text(json.dumps(content), "utf-8")
    return path.read_bytes()


def test_nine_notebooks_are_written_and_then_left(tmp_path):
    folder = tmp_path / "a" / "b"
    written = write(folder, "zh-CN")
    assert states(written) == {"new"}
    assert [one.path.name for one in written] == [c.file for c in chapters("zh-CN")]
    before = {path: path.read_bytes() for path in folder.iterdir()}
    assert states(write(folder, "zh-CN", force=True)) == {"same"}
    assert {path: path.read_bytes() for path in folder.iterdir()} == before


def test_running_a_notebook_is_not_working_in_it(tmp_path):
    path = write(tmp_path, "en")[1].path
    content = nbformat.read(path, as_version=4)
    for cell in content.cells:
        if cell.cell_type == "code":
            cell.execution_count = 1
            cell.outputs = [nbformat.v4.new_output("stream", text="run")]
    nbformat.write(content, path)
    run = path.read_bytes()
    assert states(write(tmp_path, "en")) == {"same"}
    assert path.read_bytes() == run


def test_work_is_never_overwritten(tmp_path):
    path = write(tmp_path, "en")[4].path
    mine = edit(path, "my work")
    written = write(tmp_path, "en")
    assert [one.state for one in written].count("kept") == 1
    assert path.read_bytes() == mine
    for n in (1, 2):
        mine = edit(path, f"my work {n}")
        forced = write(tmp_path, "en", force=True)[4]
        assert (forced.state, forced.aside) == ("set-aside", tmp_path / f"05-backward.{n}.ipynb")
        assert forced.aside.read_bytes() == mine
        assert checksum(json.loads(path.read_text("utf-8"))["cells"])


@pytest.mark.parametrize("content", ["", "no notebook", "[]", '{"metadata": {}}'])
def test_whatever_else_has_the_name_is_kept(tmp_path, content):
    path = tmp_path / "01-derivative.ipynb"
    path.write_text(content, "utf-8")
    assert write(tmp_path, "en")[0].state == "kept"
    assert path.read_text("utf-8") == content


def test_an_untouched_notebook_of_another_version_or_language_is_renewed(tmp_path):
    write(tmp_path, "en")
    assert states(write(tmp_path, "zh-CN")) == {"renewed"}
    path = tmp_path / "01-derivative.ipynb"
    assert "导数" in path.read_text("utf-8")


def test_a_link_that_leads_nowhere_is_not_written_through(tmp_path):
    path = tmp_path / "01-derivative.ipynb"
    path.symlink_to(tmp_path / "elsewhere")
    assert write(tmp_path, "en")[0].state == "kept"
    assert not (tmp_path / "elsewhere").exists()


def test_a_folder_that_cannot_be_made_is_told(tmp_path):
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(UnreadableFileError, match="file"):
        write(tmp_path / "file", "en")


def test_without_the_extra_it_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "jupytext", None)
    with pytest.raises(MissingPackageError, match=r"pip install 'kedou\[jupyter\]'"):
        notebook(chapters("en")[0])
