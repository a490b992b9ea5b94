"""Mailboxes: each message is a post; what it quotes with > and its signature are not its own words."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from email import policy
from email.errors import MessageError
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import parseaddr, parsedate_to_datetime
from itertools import islice
from pathlib import PurePath

from selectolax.lexbor import LexborHTMLParser

from leumund.errors import NoUsableRow
from leumund.sources.dates import believable
from leumund.sources.encoding import decode
from leumund.sources.found import FoundPost, FoundQuote, Note, Options, Page, Reader, ReadPage
from leumund.sources.words import words

__all__ = ["READER"]

NAME, VERSION = "mailbox", "1"
MESSAGES_A_SLICE = 1_000

_FROM_LINE = re.compile(rb"(?:\A|(?<=\n\n)|(?<=\n\r\n))From [^\n]*\n")
_HEADER = re.compile(
    r"(?:From |(?:Return-Path|Received|From|Message-ID|Delivered-To|Date|Subject|MIME-Version|X-[\w-]+):)",
    re.IGNORECASE,
)
_REPLY = re.compile(r"^(?:\s*(?:re|aw|fwd?|wg|antw)(?:\[\d+\])?\s*:\s*)+", re.IGNORECASE)
_SIGNATURE = re.compile(r"^-- ?$", re.MULTILINE)
_WROTE = re.compile(r"\b(?:schrieb|schreef|wrote|a écrit|escribió|ha scritto)\b[^\n]{0,80}:$")
_WRITER = (
    re.compile(r"^(?!(?:Am|On|Le|El|Il|Op)\b)(?P<name>[^<,]+?)\s*(?:<[^>]*>)?\s*(?:wrote|schrieb|schreef|a écrit)\b"),
    re.compile(r"\b(?:schrieb|schreef)\s+(?P<name>[^<:]+?)\s*(?:<[^>]*>)?\s*:"),
    re.compile(r"(?:,|\d|[AP]M)\s+(?P<name>[^<,\d]+?)\s*(?:<[^>]*>|\([^)]*\))?\s*(?:wrote|a écrit|escribió)\s*:"),
)
_FULL_QUOTE = re.compile(
    r"^-{3,}\s*(?:Ursprüngliche Nachricht|Original Message|Originalnachricht|Weitergeleitete Nachricht)\s*-{3,}.*",
    re.MULTILINE | re.DOTALL | re.IGNORECASE,
)
_QUOTED = re.compile(r"(?:^[ \t]*>[^\n]*(?:\n|\Z))+", re.MULTILINE)
_LIST = re.compile(r"<([^<>]+)>")


def recognise(page: Page, head: str) -> float:
    """Give 1 for a mailbox or a message: it starts with a mail's header lines."""
    if not _HEADER.match(head[:1000].lstrip("\ufeff\r\n")):
        return 0.0
    low = head[:8192].lower()
    return 1.0 if "\nfrom:" in f"\n{low}" and ("\ndate:" in low or "\nmessage-id:" in low) else 0.3


def read(page: Page, options: Options) -> Iterator[ReadPage]:
    """Give the messages in slices; raises NoUsableRow when none could be read."""
    messages = enumerate(_messages(page.content), start=1)
    used = 0
    while part := list(islice(messages, MESSAGES_A_SLICE)):
        posts: list[FoundPost] = []
        notes: list[Note] = []
        for number, raw in part:
            post = _post(page, options, raw, notes, f"message {number}")
            if post is not None:
                posts.append(post)
        used += len(posts)
        yield ReadPage(page, f"{NAME} {VERSION}", posts, notes)
    if used == 0:
        raise NoUsableRow("no message with words in it", where=page.name, next_step="export the mailbox again as mbox")


def _messages(content: bytes) -> Iterator[bytes]:
    starts = [match.end() for match in _FROM_LINE.finditer(content)]
    if not starts:
        yield content
        return
    ends = [*[match.start() for match in _FROM_LINE.finditer(content)][1:], len(content)]
    for start, end in zip(starts, ends, strict=True):
        yield content[start:end]


def _post(page: Page, options: Options, raw: bytes, notes: list[Note], place: str) -> FoundPost | None:
    try:
        message = BytesParser(policy=policy.default).parsebytes(raw)
        body = _body(message)
        fields = {name: _header(message, name) for name in ("From", "Subject", "Message-ID", "In-Reply-To", "List-Id")}
        references = re.findall(r"<[^<>\s]+>", _header(message, "References"))
        date = _header(message, "Date")
    except (MessageError, ValueError, LookupError, KeyError, IndexError, AttributeError, TypeError) as error:
        # the standard library raises all of these for headers that break the rules
        notes.append(Note(place, "LM211", f"not readable as a message: {error}", "export the mailbox again"))
        return None
    moment = _moment(date)
    if moment is None:
        notes.append(Note(place, "LM213", f"no date that can be read: “{date}”", "the message was kept without a date"))
    answered = fields["In-Reply-To"] or (references[-1] if references else "")
    text, quotes = own_words(body, answered)
    board = _LIST.search(fields["List-Id"])
    name, address = parseaddr(fields["From"])
    return FoundPost(
        venue=options.venue or (board[1] if board else PurePath(page.name).stem),
        software="mail",
        board=board[1] if board else "",
        thread_title=_REPLY.sub("", fields["Subject"]).strip(),
        thread_number=references[0] if references else answered or fields["Message-ID"],
        position=0,
        number=fields["Message-ID"],
        author=name or address.partition("@")[0],
        posted_at=moment,
        posted_precision="second" if moment else "unknown",
        zone_assumed="",
        time_text=date,
        text=text,
        quotes=quotes,
    )


def _header(message: EmailMessage, name: str) -> str:
    return " ".join(str(message.get(name) or "").split())


def _moment(text: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if not believable(moment):
        return None
    # "-0000" means: the time in UTC, the sender's zone unknown (RFC 5322, 3.3)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _body(message: EmailMessage) -> str:
    part = message.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return ""
    text = decode(payload, name="message", declared=_charset(part)).text
    return _words_of_html(text) if part.get_content_type() == "text/html" else text.replace("\r\n", "\n")


def _words_of_html(html: str) -> str:
    body = LexborHTMLParser(html).body
    return words(body.inner_html or "") if body is not None else ""


def _charset(part: Message) -> str:
    try:
        return codecs.lookup(part.get_content_charset() or "utf-8").name
    except LookupError:
        return ""


def own_words(body: str, answered: str) -> tuple[str, tuple[FoundQuote, ...]]:
    """Give a message's own words, and what it quotes; `answered` is the number of the message it answers."""
    signature = _SIGNATURE.search(body)
    body = body[: signature.start()] if signature else body
    quotes: list[FoundQuote] = []
    if full := _FULL_QUOTE.search(body):
        quotes.append(FoundQuote("", full[0].partition("\n")[2].strip(), answered))
        body = body[: full.start()]
    own, last = [], 0
    for match in _QUOTED.finditer(body):
        before = body[last : match.start()]
        before, head = _without_attribution(before)
        own.append(before)
        text = "\n".join(line.lstrip("> \t") for line in match[0].splitlines()).strip()
        quotes.append(FoundQuote(_writer(head), text, answered))
        last = match.end()
    own.append(body[last:])
    text = re.sub(r"\n{3,}", "\n\n", "\n\n".join(part.strip("\n") for part in own))
    return text.strip(), tuple(quotes)


def _without_attribution(before: str) -> tuple[str, str]:
    """Take off the line or two „Am … schrieb …:“ that stand right above a quote; '' when there is none."""
    lines = before.rstrip().splitlines()
    heads = [" ".join(" ".join(lines[-count:]).split()) for count in (1, 2) if len(lines) >= count]
    fitting = [(count, head) for count, head in enumerate(heads, start=1) if len(head) < 250 and _WROTE.search(head)]
    if not fitting:
        return before, ""
    count, head = next((found for found in fitting if _writer(found[1])), fitting[0])
    return "\n".join(lines[:-count]) + "\n", head


def _writer(head: str) -> str:
    found = next((m for pattern in _WRITER if (m := pattern.search(head))), None)
    return found["name"].strip(" \"'") if found else ""


READER = Reader(name=NAME, version=VERSION, recognise=recognise, read=read)
