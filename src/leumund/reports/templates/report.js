// Opens a figure's row as a dialog with its posts. Without this script the same links lead to the rows and posts.
"use strict";
(() => {
  const dialog = document.getElementById("behind");
  const heads = [...document.querySelectorAll("table.figures thead th")].map((th) => th.textContent);

  function show(row) {
    const cells = [...row.cells];
    dialog.querySelector("h2").textContent = cells[0].textContent;
    const list = dialog.querySelector("dl");
    list.replaceChildren();
    cells.slice(1, -1).forEach((cell, i) => {
      if (!cell.textContent) return;
      const term = document.createElement("dt");
      const value = document.createElement("dd");
      term.textContent = heads[i + 1];
      value.textContent = cell.textContent;
      list.append(term, value);
    });
    const term = document.createElement("dt");
    const value = document.createElement("dd");
    const code = document.createElement("code");
    term.textContent = "figure_id";
    code.textContent = row.id.slice(2);
    value.append(code);
    list.append(term, value);
    const posts = dialog.querySelector(".posts");
    posts.replaceChildren();
    for (const part of cells.at(-1).childNodes) {
      const post = part.hash ? document.getElementById(part.hash.slice(1)) : null;
      if (post) {
        const copy = post.cloneNode(true);
        copy.removeAttribute("id");
        posts.append(copy);
      } else if (part.textContent.trim()) {
        posts.append(part.cloneNode(true), " ");
      }
    }
    dialog.querySelector(".empty").hidden = posts.childNodes.length > 0;
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  }

  function open(hash) {
    const row = hash.startsWith("#f-") ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
    if (row) show(row);
    return row !== null;
  }

  document.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
    const link = event.target.closest("a[href]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const hash = link.getAttribute("href");
    if (open(hash)) {
      event.preventDefault();
      history.replaceState(null, "", hash);
    }
  });
  dialog.addEventListener("close", () => history.replaceState(null, "", location.pathname + location.search));
  open(location.hash);

  // One stop of the tab key per chart; the arrow keys go from figure to figure.
  for (const chart of document.querySelectorAll("svg.chart")) {
    const links = [...chart.querySelectorAll("a")];
    links.forEach((link, i) => link.setAttribute("tabindex", i === 0 ? "0" : "-1"));
    chart.addEventListener("keydown", (event) => {
      const at = links.indexOf(document.activeElement);
      const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
      const to = { Home: 0, End: links.length - 1 }[event.key] ?? at + (steps[event.key] ?? 0);
      if (at < 0 || to === at || !links[to]) return;
      event.preventDefault();
      links[at].setAttribute("tabindex", "-1");
      links[to].setAttribute("tabindex", "0");
      links[to].focus();
    });
  }
})();
