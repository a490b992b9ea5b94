"""Thread pages as XenForo 2 prints them (German)."""

from __future__ import annotations

from datetime import datetime

from leumund.world.pages.shown import SIMULATED, Page, Shown

__all__ = ["xenforo_page"]

_MONTHS = (
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
)  # fmt: skip


def xenforo_page(page: Page) -> str:
    """Give the page's HTML."""
    venue = page.venue
    thread = f"/threads/{page.slug.lower()}.{page.thread}/"
    here = thread if page.number == 1 else f"{thread}page-{page.number}"
    title = page.title if page.number == 1 else f"{page.title} | Seite {page.number}"
    posts = "\n".join(_post(thread, page, post) for post in page.posts)
    return f"""<!DOCTYPE html>
<html id="XF" lang="de-DE" dir="LTR" data-app="public" data-template="thread_view" \
data-container-key="node-{page.board_number}" data-content-key="thread-{page.thread}" data-logged-in="false" \
class="has-no-js template-thread_view">
<head>
<meta charset="utf-8" />
<meta http-equiv="X-UA-Compatible" content="IE=Edge" />
<meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover">
<title>{title} | {venue.title} [{SIMULATED}]</title>
<meta property="og:site_name" content="{venue.title}" />
<meta property="og:title" content="{page.title}" />
<meta property="og:url" content="https://{venue.host}{here}" />
<link rel="canonical" href="https://{venue.host}{here}" />
</head>
<body data-template="thread_view">
<div class="p-pageWrapper" id="top">
<header class="p-header" id="header"><div class="p-header-inner">{venue.title} {SIMULATED}</div></header>
<div class="p-body">
<div class="p-body-inner">
<ul class="p-breadcrumbs " itemscope itemtype="https://schema.org/BreadcrumbList">
<li itemprop="itemListElement" itemscope itemtype="https://schema.org/ListItem"><a href="/" itemprop="item">\
<span itemprop="name">Foren</span></a><meta itemprop="position" content="1" /></li>
<li itemprop="itemListElement" itemscope itemtype="https://schema.org/ListItem">\
<a href="/forums/{page.board_number}/" itemprop="item"><span itemprop="name">{page.board}</span></a>\
<meta itemprop="position" content="2" /></li>
</ul>
<div class="p-body-header"><div class="p-title "><h1 class="p-title-value">{page.title}</h1></div></div>
<div class="p-body-main"><div class="p-body-content"><div class="p-body-pageContent">
<div class="block block--messages" data-xf-init="" data-type="post" data-href="/inline-mod/">
{_pages(page, thread)}<div class="block-container lbContainer" data-xf-init="lightbox">
<div class="block-body js-replyNewMessageContainer">
{posts}
</div>
</div>
</div>
</div></div></div>
</div>
</div>
<footer class="p-footer" id="footer"><div class="p-footer-inner"><div class="p-footer-copyright">\
<a href="https://xenforo.com" class="u-concealed" dir="ltr">Forensoftware von XenForo&reg;</a> {SIMULATED}</div></div>\
</footer>
</div>
</body>
</html>
"""


def _pages(page: Page, thread: str) -> str:
    if page.of == 1:
        return ""
    items = "\n".join(
        f'<li class="pageNav-page {"pageNav-page--current" if n == page.number else ""}">'
        f'<a href="{thread if n == 1 else f"{thread}page-{n}"}">{n}</a></li>'
        for n in range(1, page.of + 1)
    )
    return (
        '<div class="block-outer"><div class="block-outer-main"><nav class="pageNavWrapper"><div class="pageNav">'
        f'<ul class="pageNav-main">\n{items}\n</ul></div></nav></div></div>\n'
    )


def _time(at: datetime) -> str:
    day = f"{at.day}. {_MONTHS[at.month - 1]} {at.year}"
    clock = f"{at:%H:%M}"
    return (
        f'<time class="u-dt" dir="auto" datetime="{at:%Y-%m-%dT%H:%M:%S%z}" data-time="{int(at.timestamp())}" '
        f'data-date-string="{day}" data-time-string="{clock}" title="{day} um {clock}">{day}</time>'
    )


def _post(thread: str, page: Page, post: Shown) -> str:
    number, name = post.number, post.author
    profile = f"/members/{name.lower()}.{post.member}/"
    starter = '<div class="message-userTitle message-threadStarter"></div>\n' if post.position == 1 else ""
    return f"""<article class="message message--post js-post js-inlineModContainer" data-author="{name}" \
data-content="post-{number}" id="js-post-{number}">
<span class="u-anchorTarget" id="post-{number}"></span>
<div class="message-inner">
<div class="message-cell message-cell--user">
<section itemscope itemtype="https://schema.org/Person" class="message-user">
<div class="message-avatar "><div class="message-avatar-wrapper"><a href="{profile}" \
class="avatar avatar--m avatar--default" data-user-id="{post.member}"><span class="avatar-u{post.member}-m">\
{name[0].upper()}</span></a></div></div>
<div class="message-userDetails">
<h4 class="message-name"><a href="{profile}" class="username " dir="auto" data-user-id="{post.member}" \
data-xf-init="member-tooltip" itemprop="name">{name}</a></h4>
<h5 class="userTitle message-userTitle" dir="auto" itemprop="jobTitle">\
{"Aktives Mitglied" if post.member % 3 else "Mitglied"}</h5>
{starter}</div>
<div class="message-userExtras"><dl class="pairs pairs--justified"><dt>Beiträge</dt><dd>{post.member % 1700 + 1}</dd>\
</dl></div>
<span class="message-userArrow"></span>
</section>
</div>
<div class="message-cell message-cell--main">
<div class="message-main js-quickEditTarget">
<header class="message-attribution message-attribution--split">
<ul class="message-attribution-main listInline "><li class="u-concealed"><a href="{thread}post-{number}" \
rel="nofollow">{_time(post.at)}</a></li></ul>
<ul class="message-attribution-opposite message-attribution-opposite--list "><li><a href="{thread}post-{number}" \
rel="nofollow">#{post.position}</a></li></ul>
</header>
<div class="message-content js-messageContent">
<div class="message-userContent lbContainer js-lbContainer " data-lb-id="post-{number}">
<article class="message-body js-selectToQuote">
<div class="bbWrapper">{_quote(post)}{post.text}</div>
<div class="js-selectToQuoteEnd">&nbsp;</div>
</article>
</div>
{_edit(post)}{_signature(post)}</div>
<footer class="message-footer"><div class="reactionsBar js-reactionsList "></div>\
<div class="js-historyTarget message-historyTarget toggleTarget" data-href="trigger-href"></div></footer>
</div>
</div>
</div>
</article>"""


def _quote(post: Shown) -> str:
    if not post.quoted_number:
        return ""
    quoted = post.quoted_number
    return f"""<blockquote data-attributes="member: 0" data-quote="{post.quoted_author}" data-source="post: {quoted}" \
class="bbCodeBlock bbCodeBlock--expandable bbCodeBlock--quote js-expandWatch">
<div class="bbCodeBlock-title"><a href="/goto/post?id={quoted}" class="bbCodeBlock-sourceJump" rel="nofollow" \
data-xf-click="attribution" data-content-selector="#post-{quoted}">{post.quoted_author} schrieb:</a></div>
<div class="bbCodeBlock-content">
<div class="bbCodeBlock-expandContent js-expandContent ">
{post.quoted_text}
</div>
<div class="bbCodeBlock-expandLink js-expandLink"><a role="button" tabindex="0">Zum Vergrößern anklicken....</a></div>
</div>
</blockquote>"""


def _edit(post: Shown) -> str:
    if post.edited is None:
        return ""
    return f'<div class="message-lastEdit">Zuletzt bearbeitet: {_time(post.edited)}</div>\n'


def _signature(post: Shown) -> str:
    if not post.signature:
        return ""
    return f'<aside class="message-signature"><div class="bbWrapper">{post.signature}</div></aside>\n'
