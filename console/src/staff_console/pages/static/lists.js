/* Lists that swap without a new page, and parts that ask again until their work is done; all of it works without, too. */
(() => {
  "use strict";
  const SECOND = 1000, SHORTEST = 2 * SECOND, LONGEST = 60 * SECOND, SLOW = SECOND;
  const content = () => document.getElementById("content");
  const plain = (event) => event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey;
  let before = null;

  /* Tabs and pages of a list are links, its filter a form that is sent by GET. */
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".tabs a[href], .pager a[href]");
    if (!link || !plain(event) || event.defaultPrevented) return;
    event.preventDefault();
    swap(link.href);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "get" || event.defaultPrevented || !content().contains(form)) return;
    if (new URL(form.action).pathname !== location.pathname) return; // what is chosen in a list leads to another page
    event.preventDefault();
    const asked = new URLSearchParams(new FormData(form, event.submitter));
    swap(`${new URL(form.action).pathname}?${asked}`);
  });

  async function swap(place) {
    const at = document.activeElement;
    before = { id: at && at.id, href: at && at.getAttribute && at.getAttribute("href") };
    content().setAttribute("aria-busy", "true");
    await htmx.ajax("GET", place, {
      target: "#content", select: "#content", selectOOB: "#tools", swap: "outerHTML", push: "true",
    });
  }

  /* What led to another page than the one asked for (a sign-in, the lock) is that page, whole. */
  document.addEventListener("htmx:before:swap", (event) => {
    const answer = event.detail.ctx.response.raw;
    if (!answer.redirected) return;
    event.preventDefault();
    location.assign(answer.url);
  });
  document.addEventListener("htmx:error", (event) => {
    const asked = event.detail.ctx && event.detail.ctx.request && event.detail.ctx.request.action;
    if (before && asked) location.assign(asked); /* the browser itself says what is wrong */
  });

  /* Focus stays where it was, or goes to the heading; how many there are is said once. */
  document.addEventListener("htmx:after:swap", () => {
    const main = content();
    main.removeAttribute("aria-busy");
    if (before) {
      const heading = main.querySelector("h1");
      const same = (before.id && document.getElementById(before.id))
        || (before.href && [...main.querySelectorAll("a[href]")].find((one) => one.getAttribute("href") === before.href));
      if (!same && heading) heading.tabIndex = -1;
      (same || heading || main).focus();
      const said = main.querySelector("caption") || main.querySelector(".hint") || heading;
      document.getElementById("told").textContent = said ? said.textContent.trim() : "";
      before = null;
    }
    poll();
  });

  /* A part with `data-poll` asks again: later and later while answers are slow, and never while nobody looks. */
  let wait = SHORTEST, timer = 0;
  function poll() {
    clearTimeout(timer);
    const part = document.querySelector("[data-poll][id]");
    if (part && !document.hidden) timer = setTimeout(() => ask(`#${part.id}`), wait);
  }
  async function ask(part) {
    const begun = Date.now();
    try {
      await htmx.ajax("GET", location.href, { target: part, select: part, swap: "outerHTML" });
    } finally {
      wait = Date.now() - begun > SLOW ? Math.min(wait * 2, LONGEST) : Math.max(wait / 2, SHORTEST);
      poll();
    }
  }
  document.addEventListener("visibilitychange", poll);
  poll();
})();
