/* What pages do better with scripts; each of them works without. Nothing is kept in the browser's storage. */
(() => {
  "use strict";
  const SECOND = 1000;
  const WARN = 120 * SECOND, LAST = 6 * SECOND, LOOK = 2 * SECOND, RESENT = 10 * SECOND;
  const here = () => location.pathname + location.search;
  const page = document.body.dataset;

  /* A form is sent once, however often it is pressed; after Back it may be sent again, under the same key. */
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent && Date.now() - Number(form.dataset.sent) < RESENT) event.preventDefault();
    else form.dataset.sent = String(Date.now());
  });
  addEventListener("pageshow", (event) => {
    for (const form of document.forms) delete form.dataset.sent;
    if (event.persisted) location.reload();
  });

  /* The session: said before it ends, locked when nobody is there. */
  if (page.left) session();

  function session() {
    const dialog = document.getElementById("ending");
    const lockAfter = Number(page.lock) * SECOND;
    let ends = Date.now() + Number(page.left) * SECOND, touched = Date.now(), asking = false, locking = false;
    for (const kind of ["keydown", "pointerdown", "input", "scroll"])
      addEventListener(kind, () => { touched = Date.now(); }, { capture: true, passive: true });

    const seconds = async () => (await (await fetch("/console/session/time-left")).json()).seconds;
    async function look() {
      if (asking || locking) return;
      const now = Date.now();
      if (lockAfter && now - touched > lockAfter) return lock();
      if (ends - now > WARN) return dialog.open && dialog.close();
      if (dialog.open && ends - now > LAST) return;
      asking = true;
      try {
        ends = Date.now() + (await seconds()) * SECOND; /* another page of the same session may have gone on */
      } finally {
        asking = false;
      }
      if (ends - Date.now() <= LAST) await lock();
      else if (ends - Date.now() <= WARN && !dialog.open) dialog.showModal();
    }
    document.getElementById("extend").addEventListener("click", async () => {
      await fetch("/console/session");
      ends = Date.now() + (await seconds()) * SECOND;
      dialog.close();
    });
    document.addEventListener("submit", (event) => {
      if (event.target.getAttribute("action") !== "/console/lock") return;
      event.preventDefault();
      lock();
    });

    async function lock() {
      locking = true;
      const told = typed();
      const cover = document.getElementById("cover").content.cloneNode(true);
      document.body.replaceChildren(cover);
      document.title = document.querySelector("h1").textContent;
      for (let wait = SECOND; ; wait = Math.min(wait * 2, 30 * SECOND)) {
        try {
          await fetch("/console/lock", { method: "POST", body: told, redirect: "manual" });
          break;
        } catch {
          await new Promise((go) => setTimeout(go, wait));
        }
      }
      location.replace(`/console/lock?to=${encodeURIComponent(told.get("lock.to"))}`);
    }
    setInterval(look, LOOK);
    document.addEventListener("visibilitychange", () => document.hidden || look());
  }

  /* The form that was begun and not sent, with where it belongs. */
  function typed() {
    const begun = [...document.querySelectorAll("main form[method=post]")].find((form) =>
      [...form.elements].some((one) => one.type === "radio" || one.type === "checkbox"
        ? one.checked !== one.defaultChecked
        : one.tagName === "SELECT" ? [...one.options].some((option) => option.selected !== option.defaultSelected && option.value)
        : "defaultValue" in one && one.type !== "hidden" && one.value !== one.defaultValue));
    const told = new URLSearchParams();
    if (begun) {
      for (const [name, value] of new FormData(begun)) if (typeof value === "string") told.append(name, value);
      for (const secret of begun.querySelectorAll("[type=password]")) told.delete(secret.name);
      told.set("lock.place", new URL(begun.action).pathname);
    }
    told.set("form_token", page.token);
    told.set("lock.to", here());
    return told;
  }
})();
