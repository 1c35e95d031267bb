"""The fifty faults and what feeder does about each: what docs/faults.md says and the tests here show.

A test says by its name which row it shows: `test_row_07_…`. Rows are never renumbered.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """`fault` is what goes wrong, `does` what feeder does; both as a user would say it, in Markdown."""

    number: int
    fault: str
    does: str


@dataclass(frozen=True, slots=True)
class Chapter:
    title: str
    rows: tuple[Row, ...]


CHAPTERS = (
    Chapter(
        "Receivers that answer badly",
        (
            Row(
                1,
                "A receiver takes the request and never answers",
                "The attempt ends at its deadline and is made again later; whoever else is told does not wait",
            ),
            Row(
                2,
                "It accepts the connection and stalls while TLS is agreed on",
                "The same deadline holds; the attempt says that it came as far as TLS",
            ),
            Row(
                3,
                "It sends the head of its answer byte by byte",
                "The deadline is for the whole: dripping does not extend it",
            ),
            Row(
                4,
                "It says 200 and then drips the body",
                "Delivered: the status decides. Reading the body ends soon, and what was read is kept",
            ),
            Row(
                5,
                "It says 200 and sends a body of 10 GB",
                "Delivered: at most 16 KiB are read, memory stays flat, the connection is not used again",
            ),
            Row(
                6,
                "Its body is a decompression bomb, once or six times over",
                "Delivered: nothing is ever decompressed",
            ),
            Row(
                7,
                "It redirects with a body that has no end",
                "Failed: the body of a redirect is not read",
            ),
            Row(8, "It redirects to itself", "Failed after one request"),
            Row(
                9,
                "It redirects to the metadata service of a cloud",
                "Failed: nothing is connected to; only the start of the address is kept",
            ),
            Row(
                10,
                "It redirects the POST to a login page that answers 200",
                "Failed: a page that was shown to nobody is not a delivery",
            ),
            Row(11, "It answers 300, 304 or 399", "Failed: only 2xx is success"),
            Row(12, "It sends 103 Early Hints before its 200", "Delivered: interim answers are skipped"),
            Row(13, "It sends 100 Continue without end", "Failed after a few of them, long before the deadline"),
        ),
    ),
    Chapter(
        "Names, addresses and certificates",
        (
            Row(
                14,
                "A webhook's name leads to a private address, or to the host itself",
                "Blocked before a packet is sent; the message holds the line that would allow it",
            ),
            Row(
                15,
                "The private address is spelt so that a filter of texts would miss it",
                "Never connected to: what counts is the address that would be connected to",
            ),
            Row(
                16,
                "A name leads to a public address first and to a private one later",
                "Each connection is judged anew, by the very address that is then used",
            ),
            Row(
                17,
                "A name has public and private addresses",
                "Only the public ones are tried; the attempt says which was used",
            ),
            Row(
                18,
                "A private IPv4 address is wrapped in IPv6 (NAT64, 6to4, Teredo)",
                "Blocked like the address within",
            ),
            Row(
                19,
                "The environment names a proxy, a password file, other authorities",
                "Ignored: only the configuration counts",
            ),
            Row(
                20,
                "The certificate has expired, proves nothing, or is another's; TLS is too old",
                "Failed with the reason, and again at the next try: nothing is sent without verification",
            ),
        ),
    ),
    Chapter(
        "Connections that break",
        (
            Row(
                21,
                "Refused; reset before the answer; reset after a 2xx",
                "Tried again; tried again; delivered",
            ),
            Row(
                22,
                "A body shorter than promised; an answer that is no HTTP; too many or too long headers",
                "Delivered where a whole head said 2xx; else tried again",
            ),
            Row(
                23,
                "A kept connection is closed just as the next request is sent",
                "Sent once more on a new connection: one attempt, one event",
            ),
        ),
    ),
    Chapter(
        "Receivers that ask for patience, or for nothing more",
        (
            Row(
                24,
                "429 with Retry-After: 120",
                "The webhook is left alone for 120 s, with all that it is owed",
            ),
            Row(
                25,
                "Retry-After as a date: soon, in the past, in the year 9999",
                "Obeyed; ignored; obeyed for a day at most",
            ),
            Row(
                26,
                "A Retry-After that is no number of seconds and no date",
                "Ignored or bounded, and never a crash",
            ),
            Row(
                27,
                "503 for a day, then 200",
                "Tried on schedule and delivered once; after the silence no more at once than allowed",
            ),
            Row(
                28,
                "500 for six days",
                "Warned of half-way, switched off after five; what is owed is held and sent when it is enabled",
            ),
            Row(29, "410 Gone", "Switched off at once and said so; what is owed is held"),
            Row(
                30,
                "400 for one article, 200 for all others",
                "That one is tried and given up; the webhook stays in service",
            ),
        ),
    ),
    Chapter(
        "Everybody else",
        (
            Row(
                31,
                "A name that does not exist; a name server that fails, or never answers",
                "Tried again; the same deadline holds; other names are looked up meanwhile",
            ),
            Row(32, "8 of 20 receivers hang", "The other twelve do not notice"),
        ),
    ),
    Chapter(
        "Processes, stores and clocks",
        (
            Row(
                33,
                "The daemon is killed (-9) a hundred times, at any moment",
                "Nothing is missing; what is repeated was under way at a kill and has the same id",
            ),
            Row(
                34,
                "It is killed exactly while it publishes, claims, sends or writes an answer",
                "What was not committed is done again; what was sent and not written is sent again, same id",
            ),
            Row(
                35,
                "SIGTERM while 16 requests are under way",
                "Nothing new is sent, what is under way is waited for and written, exit 0",
            ),
            Row(
                36,
                "A node is stopped for longer than its lease, then goes on (PostgreSQL)",
                "Another node delivers; the late answer is noted and changes nothing",
            ),
            Row(
                37,
                "The disk fills up while an article is stored, a delivery claimed or an answer written",
                "Nothing is sent that could not be claimed; it goes on without a restart when there is room",
            ),
            Row(
                38,
                "Another process locks the database; its file cannot be written; it is deleted or replaced",
                "Sends nothing and waits without spinning; does not start; ends before it writes to a lost file",
            ),
            Row(
                39,
                "A second daemon is started on the same SQLite file",
                "It ends with status 3 and names the first, which goes on",
            ),
            Row(
                40,
                "Two nodes share one PostgreSQL",
                "Together they keep to a webhook's bound, and nothing is sent twice",
            ),
            Row(
                41,
                "The clock jumps a day ahead or back",
                "Deadlines do not move, nothing waits a day for it, nothing is repeated; the log says it",
            ),
        ),
    ),
    Chapter(
        "Configuration",
        (
            Row(
                42,
                "The configuration is edited into an invalid one while the daemon runs",
                "The last good one stays in force; it is said once, and `feeder status` fails",
            ),
            Row(43, "A webhook's address is corrected while 100 deliveries wait", "They go to the new address"),
            Row(
                44,
                "A webhook is taken out of the configuration and put back within a week",
                "What it was owed goes on",
            ),
        ),
    ),
    Chapter(
        "Content and secrets",
        (
            Row(
                45,
                "A title with line breaks, NUL, emoji, right-to-left text, or of 1 MB",
                "Never in a header, escaped in the JSON, the signature holds; what is too large is sent thin",
            ),
            Row(
                46,
                "An article with invalid UTF-8, half a surrogate pair, a byte order mark",
                "The body is valid UTF-8 all the same, and the official library verifies it",
            ),
            Row(
                47,
                "A webhook's kind cannot make a request of an article",
                "That delivery is given up with the reason; the others are sent",
            ),
            Row(
                48,
                "Secrets in the address, the signing key and what the receiver repeats of them",
                "In no log, no page, no output of a command, and nowhere in the database",
            ),
            Row(
                49,
                "The signing secret is changed while deliveries are being retried",
                "Each attempt is signed with every secret that is valid; the old verifies until it ends",
            ),
            Row(
                50,
                "A thousand given-up deliveries are replayed, and whoever does that is killed, twice",
                "Each is sent again; what is new does not wait behind them",
            ),
        ),
    ),
)
ROWS = {row.number: row for chapter in CHAPTERS for row in chapter.rows}

# Rows that no test shows yet. It shrinks to nothing.
PENDING: frozenset[int] = frozenset()
