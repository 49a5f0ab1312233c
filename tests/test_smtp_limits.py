"""What the listener counts and says, without a socket."""

from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_limits import ConnectionCounts


def test_counts_know_who_came_and_left() -> None:
    counts = ConnectionCounts(most=3, most_per_peer=2)
    assert [counts.enter(peer) for peer in ("a", "a", "a", "b", "c")] == [True, True, False, True, False]
    counts.leave("a")
    assert [counts.enter(peer) for peer in ("b", "b")] == [True, False]


def test_a_reply_is_ascii_and_stays_within_its_lines() -> None:
    said = replies.reply(550, "5.6.0", ["Rechnung\r\n250 2.0.0 März", "x" * 1000])
    lines = said.split("\r\n")
    assert lines[0] == "550-5.6.0 Rechnung 250 2.0.0 M?rz"
    assert lines[1].startswith("550 5.6.0 xxx")
    assert max(len(line) for line in lines) <= 510
