// What a shown page has against the rules that all pages keep: a list of faults in words.
// `smallest`: the least height and width of what is pressed, in CSS pixels.
([smallest, language]) => {
  const faults = [];
  const seen = (one) => one.getClientRects().length > 0 && getComputedStyle(one).visibility !== "hidden";
  const short = (one) => one.outerHTML.replace(/\s+/g, " ").slice(0, 140);
  const root = document.documentElement;
  if (document.querySelectorAll("h1").length !== 1) faults.push(`${document.querySelectorAll("h1").length} h1`);
  if (!document.title.trim()) faults.push("no title");

  // Targets: a link within a sentence is exempt, as in WCAG 2.5.8; a box is pressed by its label, too.
  const inSentence = (one) => one.tagName === "A" && getComputedStyle(one).display === "inline"
    && [...one.parentNode.childNodes].some((other) => other.nodeType === 3 && /[\p{L}\d]/u.test(other.data));
  for (const one of document.querySelectorAll("a[href], button, input:not([type=hidden]), select, textarea, summary")) {
    if (!seen(one) || inSentence(one) || one.classList.contains("skip")) continue;
    const pressed = (one.type === "radio" || one.type === "checkbox") && one.closest("label") || one;
    const box = pressed.getBoundingClientRect();
    const least = one.tagName === "A" && one.closest("td, th, dd, li li") ? Math.min(smallest, 24) : smallest;
    if (box.height < least || box.width < 24) faults.push(`${box.width.toFixed()}×${box.height.toFixed()}: ${short(one)}`);
  }

  // Codes and amounts are read from left to right, whatever stands around them; a sign stands left of its digits.
  const code = /[+\-−]\s?\d|\d[\d,]*\.\d\d(?!\d)|\d{5,}|\d{3,} \d{3,}|[0-9a-f]{8}-[0-9a-f]{4}/;
  const free = "time, bdi, script, style, textarea, option, title, pre, code, svg";
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement, text = node.data;
    if (!text.trim() || !seen(parent)) continue;
    if (code.test(text) && !parent.closest(free)) faults.push(`not isolated: ${text.trim().slice(0, 80)}`);
    if (/\d{4}-\d\d-\d\d/.test(text) && !parent.closest("bdi, script")) faults.push(`a raw date: ${text.trim()}`);
    if (/undefined|None\b|\bnull\b|\{\{|\(s\)|[٠-٩۰-۹]/.test(text) && !parent.closest("script, bdi:not([dir=ltr])"))
      faults.push(`not said as it should be: ${text.trim().slice(0, 80)}`);
    // Keys and kinds of files are named as they are everywhere.
    if (language === "ar" && /[A-Za-z]{3,}/.test(text.replace(/\b(Enter|Excel|xlsx|csv)\b/g, "")) && !parent.closest("bdi, script, [lang=en], code"))
      faults.push(`not in Arabic: ${text.trim().slice(0, 80)}`);
    const signed = parent.closest("bdi[dir=ltr]") && text.match(/[+\-−](?=\d)/);
    if (signed) {
      const at = (index) => {
        const range = document.createRange();
        range.setStart(node, index); range.setEnd(node, index + 1);
        return range.getClientRects()[0].left;
      };
      if (at(signed.index) >= at(signed.index + 1)) faults.push(`sign right of its digits: ${text}`);
    }
  }
  for (const one of document.querySelectorAll("time")) {
    const when = one.getAttribute("datetime") || "";
    if (!/^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$|^\d\d:\d\d$/.test(when)) faults.push(`time ${when}`);
  }
  for (const one of document.querySelectorAll("[aria-describedby]"))
    for (const id of one.getAttribute("aria-describedby").split(/\s+/))
      if (!document.getElementById(id)) faults.push(`described by nothing: ${short(one)}`);
  for (const one of document.querySelectorAll("input[type=text], input:not([type]), select, textarea"))
    if (!one.labels.length && !one.getAttribute("aria-label")) faults.push(`no label: ${short(one)}`);
  for (const one of document.querySelectorAll("[type=number], [type=date], [placeholder]")) faults.push(short(one));
  if (!root.lang || !root.dir) faults.push("no lang or dir");
  return [...new Set(faults)];
}
