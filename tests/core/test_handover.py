"""What a process hands over to the one that has started it."""

import pytest

from trm_core.errors import UserError
from trm_core.handover import hand_over, handed_over


def ended(work, capfd):
    """Exit status, and what is printed."""
    with pytest.raises(SystemExit) as end:
        hand_over(work, "it is a pity")
    return int(end.value.code), capfd.readouterr().out.encode()


def test_what_is_done_is_handed_over_whatever_else_is_printed(capfd):
    def work():
        print('{"failed": "by accident"}')
        return {"seconds": 1.5}

    status, printed = ended(work, capfd)
    assert (status, handed_over(printed)) == (0, {"seconds": 1.5})


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (UserError("trm: the data are\ngone"), "trm: the data are gone"),
        (KeyError("rows"), "it is a pity (KeyError: 'rows')"),
    ],
)
def test_why_it_failed_is_handed_over_as_it_is(capfd, error, sentence):
    def work():
        raise error

    status, printed = ended(work, capfd)
    with pytest.raises(UserError) as failed:
        handed_over(printed)
    assert (status, str(failed.value)) == (1, sentence)


@pytest.mark.parametrize("printed", [b"", b'{"done": 1', b"\xff"])
def test_a_process_that_was_ended_before_is_told(printed):
    with pytest.raises(UserError, match=r"^the process was ended$"):
        handed_over(printed)
