"""Thread pages as vBulletin 4 prints them (German, ISO-8859-1)."""

from __future__ import annotations

from datetime import timedelta, timezone

from leumund.world.pages.shown import SIMULATED, Page, Shown

__all__ = ["vbulletin_page"]


# vBulletin shows all times in the offset of the day on which the page was taken, here a day in summer.
_WHEN_TAKEN = timezone(timedelta(hours=2))


def vbulletin_page(page: Page) -> str:
    """Give the page's HTML; it is to be stored as ISO-8859-1 with numeric references for the rest."""
    venue = page.venue
    thread = f"threads/{page.thread}-{page.slug}"
    here = thread if page.number == 1 else f"{thread}/page{page.number}"
    first = (page.number - 1) * venue.posts_per_page
    posts = "\n".join(_post(thread, post) for post in page.posts)
    return f"""<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Transitional//EN" \
"http://www.w3.org/TR/xhtml1/DTD/xhtml1-transitional.dtd">
<html xmlns="http://www.w3.org/1999/xhtml" dir="ltr" lang="de" id="vbulletin_html">
<head>
<meta http-equiv="Content-Type" content="text/html; charset=ISO-8859-1" />
<meta id="e_vb_meta_bburl" name="vb_meta_bburl" content="https://{venue.host}" />
<base href="https://{venue.host}/" />
<meta name="generator" content="vBulletin 4.2.2" />
<title>{page.title}{f" - Seite {page.number}" if page.number > 1 else ""} - {venue.title} [{SIMULATED}]</title>
<link rel="canonical" href="https://{venue.host}/{here}" />
</head>
<body>
<div class="above_body"><div id="header" class="floatcontainer doc_header"><div><a name="top" href="forum.php" \
class="logo-image">{venue.title}</a> {SIMULATED}</div></div></div>
<div class="body_wrapper">
<div id="breadcrumb" class="breadcrumb">
<ul class="floatcontainer">
<li class="navbithome"><a href="index.php" accesskey="1">Startseite</a></li>
<li class="navbit"><a href="forum.php">Forum</a></li>
<li class="navbit"><a href="forums/{page.board_number}">{page.board}</a></li>
<li class="navbit lastnavbit"><span>{page.title}</span></li>
</ul>
</div>
<div id="above_postlist" class="above_postlist">
<div id="pagination_top" class="pagination_top">{_pages(page, thread)}
<div id="postpagestats_above" class="postpagestats">Ergebnis {first + 1} bis {first + len(page.posts)} \
von {page.n_posts}</div></div>
</div>
<div id="thread_controls" class="thread_controls">
<div><h1 id="pagetitle" class="pagetitle"><span class="threadtitle"><a href="{here}" title="Seite neu laden">\
{page.title}</a></span></h1></div>
</div>
<div id="postlist" class="postlist restrain">
<ol id="posts" class="posts" start="{first + 1}">
{posts}
</ol>
</div>
<div class="below_body"><div id="footer_time" class="shade footer_time">Alle Zeitangaben in WEZ +2. Es ist jetzt \
<span class="time">00:00</span> Uhr.</div>
<div id="footer_copyright" class="shade footer_copyright">Powered by vBulletin&reg; Version 4.2.2 (Deutsch)<br />\
{SIMULATED}</div></div>
</div>
</body>
</html>
"""


def _pages(page: Page, thread: str) -> str:
    if page.of == 1:
        return ""
    links = "".join(
        f'<span class="selected"><a href="javascript://">{n}</a></span>'
        if n == page.number
        else f'<span><a href="{thread}{"" if n == 1 else f"/page{n}"}">{n}</a></span>'
        for n in range(1, page.of + 1)
    )
    return (
        f'<form class="pagination popupmenu nohovermenu"><span>Seite {page.number} von {page.of}</span>{links}</form>'
    )


def _post(thread: str, post: Shown) -> str:
    number = post.number
    profile = f"members/{post.member}-{post.author}"
    at = post.at.astimezone(_WHEN_TAKEN)
    joined = f"{post.member % 12 + 1:02d}.{2008 + post.member % 13}"
    return f"""<li class="postbitlegacy postbitim postcontainer" id="post_{number}">
<div class="posthead">
<span class="postdate old"><span class="date">{at:%d.%m.%Y},&nbsp;<span class="time">{at:%H:%M}</span>\
</span></span>
<span class="nodecontrols"><a name="post{number}" href="{thread}?p={number}&amp;viewfull=1#post{number}" \
class="postcounter">#{post.position}</a><a id="postcount{number}" name="{post.position}"></a></span>
</div>
<div class="postdetails">
<div class="userinfo">
<div class="username_container"><div class="popupmenu memberaction">
<a class="username offline popupctrl" href="{profile}" title="{post.author} ist offline">\
<strong>{post.author}</strong></a>
</div></div>
<span class="usertitle">{"Erfahrener Benutzer" if post.member % 3 else "Neuer Benutzer"}</span>
<hr />
<dl class="userinfo_extra"><dt>Registriert seit</dt> <dd>{joined}</dd> <dt>Beiträge</dt> \
<dd>{post.member % 2100 + 2}</dd></dl>
</div>
<div class="postbody">
<div class="postrow has_after_content">
<div class="content">
<div id="post_message_{number}">
<blockquote class="postcontent restore ">
{_quote(post)}{post.text}
</blockquote>
</div>
</div>
</div>
<div class="after_content">
{_edit(post)}{_signature(post)}</div>
<div class="cleardiv"></div>
</div>
</div>
<div class="postfoot"><div class="textcontrols floatcontainer"><span class="postcontrols">\
<a id="qrwq_{number}" class="newreply" href="newreply.php?do=newreply&amp;p={number}" rel="nofollow" \
title="Zitieren">Zitieren</a></span></div></div>
<hr />
</li>"""


def _quote(post: Shown) -> str:
    if not post.quoted_number:
        return ""
    return f"""<div class="bbcode_container">
<div class="bbcode_quote">
<div class="quote_container">
<div class="bbcode_quote_container"></div>
<div class="bbcode_postedby"><img src="images/misc/quote_icon.png" alt="Zitat" /> Zitat von \
<strong>{post.quoted_author}</strong> <a href="showthread.php?p={post.quoted_number}#post{post.quoted_number}" \
rel="nofollow"><img class="inlineimg" src="images/buttons/viewpost-right.png" alt="Beitrag anzeigen" /></a></div>
<div class="message">{post.quoted_text}</div>
</div>
</div>
</div>"""


def _edit(post: Shown) -> str:
    if post.edited is None:
        return ""
    edited = post.edited.astimezone(_WHEN_TAKEN)
    day, time = f"{edited:%d.%m.%Y}", f"{edited:%H:%M}"
    note = f'Geändert von {post.author} ({day} um <span class="time">{time}</span> Uhr)'
    return f'<blockquote class="postcontent lastedited">{note}</blockquote>\n'


def _signature(post: Shown) -> str:
    if not post.signature:
        return ""
    inner = f'<div class="signaturecontainer">{post.signature}</div>'
    return f'<blockquote class="signature restore">{inner}</blockquote>\n'
