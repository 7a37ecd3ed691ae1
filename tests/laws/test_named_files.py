"""A file that is called something else than its path, and files that may not be read."""

from pathlib import Path

import pytest

import kedou as kd
from kedou.errors import DataError, OptionError, UnreadableFileError
from kedou.sources.files import NamedFile, find_files
from kedou.sources.table_files import table_of

ROWS = "x,y\n" + "".join(f"{i},{i * i % 7}\n" for i in range(200))


def test_a_named_file_is_the_file_of_that_name(tmp_path):
    (tmp_path / "sales.csv").write_text(ROWS)
    (tmp_path / "17.csv").write_text(ROWS)
    named = NamedFile(tmp_path / "17.csv", "sales.csv")
    own = kd.scan(tmp_path / "sales.csv", target="y", folds=3)
    assert kd.scan(named, target="y", folds=3) == own
    assert kd.scan(tmp_path / "17.csv", target="y", folds=3).folds != own.folds


def test_messages_name_it_as_it_is_called(tmp_path):
    path = tmp_path / "17.csv"
    path.write_text(ROWS + "oops,1\n")
    with pytest.raises(DataError, match=r"^<b>\.csv row 201, column 'x': 'oops'"):
        kd.scan(NamedFile(path, "<b>.csv"), target="y")
    path.write_bytes(b"PK\x03\x04 a workbook")
    with pytest.raises(UnreadableFileError, match=r"^Q1 is named like a text file"):
        table_of(NamedFile(path, "Q1"))


def test_no_file_is_read_before_it_is_admitted(tmp_path, monkeypatch):
    for number in range(3):
        (tmp_path / f"{number}.csv").write_text(ROWS)
    read = []
    true = Path.open

    def watched(self, *arguments, **options):
        read.append(self.name)
        return true(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", watched)
    asked = []

    def admit(path):
        asked.append(path.name)
        if path.name == "1.csv":
            raise UnreadableFileError("sources.unreadable", file="1.csv", reason="no")
        return path.name != "0.csv"

    for data in (tmp_path, str(tmp_path / "*.csv"), [tmp_path / "0.csv", tmp_path / "1.csv"]):
        asked.clear()
        with pytest.raises(UnreadableFileError):
            table_of(data, admit=admit)
        assert asked == ["0.csv", "1.csv"]
    assert read == []
    files, _ = find_files(tmp_path / "2.csv", admit)
    assert [file.origin for file in files] == ["2.csv"]
    with pytest.raises(UnreadableFileError, match="No file matches"):
        find_files(str(tmp_path / "*.csv"), lambda path: False)
    files, _ = find_files(tmp_path, lambda path: path.name != "1.csv")
    assert [file.origin for file in files] == ["0.csv", "2.csv"]


@pytest.mark.parametrize(
    "encoding",
    ["zlib", "rot13", "base64", "idna", "punycode", "unicode_escape", "undefined", "../x", "a\0b"],
)
def test_codecs_that_are_none_of_text_files_are_refused(tmp_path, encoding):
    (tmp_path / "rows.csv").write_text(ROWS)
    with pytest.raises(OptionError, match="is not known"):
        kd.open(tmp_path / "rows.csv", target="y", encoding=encoding)
