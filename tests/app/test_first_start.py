import pytest

from bot.app.first_start import first_start
from bot.errors import ConfigurationError
from bot.prove.providers.twilio import SENDER


def test_the_first_start_with_a_sender_is_kept(tmp_path):
    """A restart, however late, still counts from the first one; another sender has its own."""
    assert first_start(tmp_path, SENDER, 1_000) == 1_000
    assert first_start(tmp_path, SENDER, 9_000) == 1_000
    assert first_start(tmp_path, SENDER + "1", 9_000) == 9_000


def test_the_sender_is_not_written(tmp_path):
    """No number reaches the disk, neither in a name nor in a file."""
    first_start(tmp_path, SENDER, 1_000)
    number = SENDER.partition("+")[2]
    assert all(number not in path.name + path.read_text() for path in tmp_path.iterdir())


def test_a_damaged_file_stops_the_start(tmp_path):
    """Rather than guess, and erase what is not ours, the start ends with what to do."""
    first_start(tmp_path, SENDER, 1_000)
    (file,) = tmp_path.iterdir()
    file.write_text("yesterday")
    with pytest.raises(ConfigurationError, match="remove it"):
        first_start(tmp_path, SENDER, 9_000)
