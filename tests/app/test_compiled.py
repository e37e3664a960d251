"""What is kept of flows, texts and words counts only while everything is as it was."""

import os

import pytest

from bot.app.compiled import compiled
from bot.app.content import _read, _sources


class Work:
    """Makes something of files and counts how often."""

    def __init__(self, folder):
        self.folder = folder / "kept"
        self.files = [folder / "a.yaml", folder / "b.py"]
        for file in self.files:
            file.write_text("first")
        self.done = 0

    def make(self):
        self.done += 1
        return [file.read_text() for file in self.files]

    def ask(self):
        return compiled("work", self.files, self.make, self.folder)

    def kept(self):
        (file,) = self.folder.iterdir()
        return file


@pytest.fixture
def work(tmp_path):
    return Work(tmp_path)


def test_the_second_start_need_not_work(work):
    """The same files give the same thing, without making it again."""
    assert work.ask() == work.ask() == ["first", "first"]
    assert work.done == 1


@pytest.mark.parametrize("changed", [0, 1])
def test_any_change_of_a_source_is_seen(work, changed):
    """A text or the code changed, in the same length and second: nothing old is shown."""
    work.ask()
    times = work.files[changed].stat()
    work.files[changed].write_text("other")
    os.utime(work.files[changed], ns=(times.st_atime_ns, times.st_mtime_ns))
    assert work.ask()[changed] == "other"
    assert work.done == 2


def test_a_further_source_is_seen(work):
    """A file that came in between counts, also one of the same content."""
    work.ask()
    work.files.append(work.files[0].with_name("c.yaml"))
    work.files[2].write_text("first")
    assert len(work.ask()) == 3


@pytest.mark.parametrize("spoilt", [b"", b"\0" * 64, b"half"])
def test_a_broken_file_is_made_again(work, spoilt):
    """A disk that was full or a file cut short never stops a start."""
    work.ask()
    work.kept().write_bytes(work.kept().read_bytes()[:32] + spoilt)
    assert work.ask() == ["first", "first"]
    assert work.done == 2


def test_what_others_may_write_is_not_believed(work):
    """A file that anybody could have changed is not opened; it is replaced by our own."""
    work.ask()
    work.kept().chmod(0o666)
    work.ask()
    assert work.done == 2
    assert work.kept().stat().st_mode & 0o777 == 0o644


def test_a_folder_that_cannot_be_made_is_no_fault(work):
    """Where nothing can be written, a start only takes longer."""
    work.folder.write_text("a file stands where the folder should be")
    assert work.ask() == work.ask() == ["first", "first"]
    assert work.done == 2


def test_kept_content_is_the_content(tmp_path):
    """What is read back understands and says the same as what was worked out."""
    texts = ("he has a knife", "ئەو دەمکوژێت", "اريد اروح", "menu", "خايفة منه", "9 1 1")
    (catalogue, console, book, lexicon), again = (
        compiled("content", _sources(), _read, tmp_path) for _ in range(2)
    )
    assert again[2] == book
    assert again[0].translations("ckb") == catalogue.translations("ckb")
    assert again[1].translations("ckb") == console.translations("ckb")
    assert again[3].entries == lexicon.entries
    assert [again[3].route(text) for text in texts] == [lexicon.route(text) for text in texts]
