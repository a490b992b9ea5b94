"""Thread pages as phpBB 3 prints them (style prosilver, German)."""

from __future__ import annotations

from datetime import datetime

from leumund.world.pages.shown import SIMULATED, Page, Shown

__all__ = ["phpbb_page"]

_DAYS = ("Mo", "Di", "Mi", "Do", "Fr", "Sa", "So")
_MONTHS = ("Jan", "Feb", "Mär", "Apr", "Mai", "Jun", "Jul", "Aug", "Sep", "Okt", "Nov", "Dez")


def phpbb_page(page: Page) -> str:
    """Give the page's HTML."""
    venue = page.venue
    here = f"./viewtopic.php?f={page.board_number}&amp;t={page.thread}"
    start = (page.number - 1) * venue.posts_per_page
    canonical = f"https://{venue.host}/viewtopic.php?t={page.thread}" + (f"&amp;start={start}" if start else "")
    posts = '<hr class="divider" />\n'.join(_post(page, post) for post in page.posts)
    return f"""<!DOCTYPE html>
<html dir="ltr" lang="de">
<head>
<meta charset="utf-8" />
<meta http-equiv="X-UA-Compatible" content="IE=edge" />
<meta name="viewport" content="width=device-width, initial-scale=1" />
<title>{page.title}{f" - Seite {page.number}" if page.number > 1 else ""} - {venue.title} [{SIMULATED}]</title>
<link rel="canonical" href="{canonical}">
<link href="./styles/prosilver/theme/stylesheet.css?assets_version=31" rel="stylesheet">
</head>
<body id="phpbb" class="nojs notouch section-viewtopic ltr">
<div id="wrap" class="wrap">
<a id="top" class="top-anchor" accesskey="t"></a>
<div id="page-header">
<div class="headerbar" role="banner"><div class="inner">
<div id="site-description" class="site-description"><h1>{venue.title}</h1><p>{SIMULATED}</p></div>
</div></div>
<div class="navbar" role="navigation"><div class="inner">
<ul id="nav-breadcrumbs" class="nav-breadcrumbs linklist navlinks" role="menubar">
<li class="breadcrumbs" itemscope itemtype="https://schema.org/BreadcrumbList">
<span class="crumb" itemtype="https://schema.org/ListItem" itemprop="itemListElement" itemscope>\
<a itemprop="item" href="./index.php" accesskey="h" data-navbar-reference="index">\
<i class="icon fa-home fa-fw"></i><span itemprop="name">Foren-Übersicht</span></a></span>
<span class="crumb" itemtype="https://schema.org/ListItem" itemprop="itemListElement" itemscope \
data-forum-id="{page.board_number}"><a itemprop="item" href="./viewforum.php?f={page.board_number}">\
<span itemprop="name">{page.board}</span></a></span>
</li></ul>
</div></div>
</div>
<div id="page-body" class="page-body" role="main">
<h2 class="topic-title"><a href="{here}">{page.title}</a></h2>
<div class="action-bar bar-top">
<a href="./posting.php?mode=reply&amp;f={page.board_number}&amp;t={page.thread}" class="button" \
title="Antwort erstellen"><span>Antworten</span> <i class="icon fa-reply fa-fw" aria-hidden="true"></i></a>
{_pagination(page, here)}
</div>
{posts}<div class="action-bar bar-bottom">
{_pagination(page, here)}
</div>
</div>
<div id="page-footer" class="page-footer" role="contentinfo">
<div class="navbar"><ul id="nav-footer" class="nav-footer linklist">
<li class="rightside">Alle Zeiten sind <span title="Europa/Berlin">UTC+02:00</span></li></ul></div>
<div class="copyright"><p class="footer-row"><span class="footer-copyright">Powered by \
<a href="https://www.phpbb.com/">phpBB</a>&reg; Forum Software &copy; phpBB Limited</span></p>
<p class="footer-row">{SIMULATED}</p></div>
</div>
</div>
</body>
</html>
"""


def _pagination(page: Page, here: str) -> str:
    if page.of == 1:
        only = "Seite <strong>1</strong> von <strong>1</strong>"
        return f'<div class="pagination">\n{page.n_posts} Beiträge &bull; {only}\n</div>'
    links = "\n".join(_page_link(page, here, n) for n in range(1, page.of + 1))
    return f'<div class="pagination">\n{page.n_posts} Beiträge\n<ul>\n{links}\n</ul>\n</div>'


def _page_link(page: Page, here: str, n: int) -> str:
    if n == page.number:
        return f'<li class="active"><span>{n}</span></li>'
    start = (n - 1) * page.venue.posts_per_page
    return f'<li><a class="button" href="{here}&amp;start={start}" role="button">{n}</a></li>'


def _when(at: datetime) -> str:
    return f"{_DAYS[at.weekday()]} {at.day}. {_MONTHS[at.month - 1]} {at.year}, {at:%H:%M}"


def _post(page: Page, post: Shown) -> str:
    number, member = post.number, post.member
    profile = f"./memberlist.php?mode=viewprofile&amp;u={member}"
    name = f'<a href="{profile}" class="username">{post.author}</a>'
    title = page.title if post.position == 1 else f"Re: {page.title}"
    return f"""<div id="p{number}" class="post has-profile bg{1 + post.position % 2}">
<div class="inner">
<dl class="postprofile" id="profile{number}">
<dt class="no-profile-rank no-avatar"><div class="avatar-container"></div>{name}</dt>
<dd class="profile-posts"><strong>Beiträge:</strong> <a href="./search.php?author_id={member}&amp;sr=posts">\
{member % 1900 + 3}</a></dd>
<dd class="profile-joined"><strong>Registriert:</strong> {_MONTHS[member % 12]} {2008 + member % 13}</dd>
</dl>
<div class="postbody">
<div id="post_content{number}">
<h3{' class="first"' if post.position == 1 else ""}><a href="#p{number}">{title}</a></h3>
<ul class="post-buttons"><li><a href="./posting.php?mode=quote&amp;p={number}" title="Mit Zitat antworten" \
class="button button-icon-only"><i class="icon fa-quote-left fa-fw" aria-hidden="true"></i>\
<span class="sr-only">Zitat</span></a></li></ul>
<p class="author">
<a class="unread" href="./viewtopic.php?p={number}#p{number}" title="Beitrag">\
<i class="icon fa-file fa-fw icon-lightgray icon-md" aria-hidden="true"></i><span class="sr-only">Beitrag</span></a>
<span class="responsive-hide">von <strong>{name}</strong> &raquo; </span>\
<time datetime="{post.at.isoformat()}">{_when(post.at)}</time>
</p>
<div class="content">{_quote(post)}{post.text}</div>
{_edit(post)}{_signature(post)}</div>
</div>
<div class="back2top"><a href="#top" class="top" title="Nach oben"><span class="sr-only">Nach oben</span></a></div>
</div>
</div>
"""


def _quote(post: Shown) -> str:
    if not post.quoted_number or post.quoted_at is None:
        return ""
    link = f"./viewtopic.php?p={post.quoted_number}#p{post.quoted_number}"
    return (
        f'<blockquote cite="{link}"><div><cite>'
        f'<a href="./memberlist.php?mode=viewprofile&amp;u=0">{post.quoted_author}</a> hat geschrieben: '
        f'<a href="{link}" data-post-id="{post.quoted_number}" aria-label="Zitierten Beitrag anzeigen">↑</a>'
        f'<span class="responsive-hide">{_when(post.quoted_at)}</span></cite>\n{post.quoted_text}</div></blockquote>\n'
    )


def _edit(post: Shown) -> str:
    if post.edited is None:
        return ""
    name = f'<a href="./memberlist.php?mode=viewprofile&amp;u={post.member}" class="username">{post.author}</a>'
    when = _when(post.edited)
    return f'<div class="notice">\nZuletzt geändert von {name} am {when}, insgesamt 1-mal geändert.\n</div>\n'


def _signature(post: Shown) -> str:
    return f'<div id="sig{post.number}" class="signature">{post.signature}</div>\n' if post.signature else ""
