"""The digest as a mail: three sentences, one chart, one thing to do; nothing in it asks the network for anything."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from leumund.charts import png
from leumund.engines.parts import writing
from leumund.picture.view import Picture
from leumund.reports.layout import Report, laid_out
from leumund.wording import say

__all__ = ["report_mail", "write_mail"]

_HERE = Path(__file__).parent / "templates"
_CHART = "chart@leumund.invalid"


def write_mail(picture: Picture, path: Path, *, language: str) -> None:
    """Write the digest as a draft (.eml) that a mail program opens, to be addressed and sent."""
    document = report_mail(picture, language=language)
    with writing(path) as draft:
        draft.write_bytes(document)


def report_mail(picture: Picture, *, language: str) -> bytes:
    """Give the mail's bytes; the same picture gives the same bytes."""
    laid = laid_out(picture, language)
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(_subject(laid).split())
    mail["From"] = Address("Leumund", "leumund", "localhost")
    mail["Date"] = picture.made_at
    mail["Message-ID"] = f"<{picture.snapshot_id}.{language}@leumund.invalid>"
    mail["Content-Language"] = language
    mail["X-Unsent"] = "1"  # mail programs open it for sending
    where = say("mail.read_on", language, code=language)
    mail.set_content(_text(laid, where))
    mail.add_alternative(_page(laid, where), subtype="html")
    page = mail.get_body(("html",))
    if page is not None and laid.lead.charts:
        image = png(laid.lead.charts[0][1], scale=1.5)
        page.add_related(image, "image", "png", cid=f"<{_CHART}>", filename="chart.png", disposition="inline")
    for number, part in enumerate(mail.walk()):
        if part.is_multipart():
            part.set_boundary(f"leumund-{picture.snapshot_id[:16]}-{number}")
    return mail.as_bytes()


def _subject(laid: Report) -> str:
    first = laid.sentences[0]
    subject = first if first.startswith(laid.title) else f"{laid.title}: {first}"
    return f"[{say('report.simulated', laid.language)}] {subject}" if laid.picture.simulated else subject


def _text(laid: Report, where: str) -> str:
    language, advice = laid.language, laid.advice
    picture = laid.picture
    first = [laid.period]
    if picture.simulated:
        first.append(f"{say('report.simulated', language)}. {say('report.simulated_why', language)}")
    do = [say("report.do", language), advice.text, *([advice.command] if advice.command else [])]
    chart = [laid.lead.title, *([laid.lead.note] if laid.lead.note else [])]
    blocks = ["\n".join(first), *laid.sentences, "\n".join(chart), "\n".join(do), where]
    return "\n\n".join(blocks) + "\n"


def _page(laid: Report, where: str) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    surroundings = Environment(loader=FileSystemLoader(_HERE), autoescape=True, undefined=StrictUndefined)
    page: str = surroundings.get_template("mail.html.j2").render(
        report=laid,
        picture=laid.picture,
        chart=_CHART,
        where=where,
        say=lambda key, **words: say(key, laid.language, **words),
    )
    return page
