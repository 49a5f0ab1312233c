"""What the listener counts and says, without a socket."""

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.sources import smtp_replies as replies
from ingest.sources.smtp_limits import ConnectionCounts, LineGuard


@settings(deadline=None)
@given(st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"", b"a", b"bc\n\r"]) | st.binary(max_size=5), max_size=20))
def test_bytes_since_a_line_end_are_counted_over_any_packets(packets: list[bytes]) -> None:
    guard = LineGuard()
    for number, packet in enumerate(packets, 1):
        whole = b"".join(packets[:number])
        assert guard.feed(packet) == len(whole.rpartition(b"\r\n")[2])


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
