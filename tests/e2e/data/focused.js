// Where the keyboard is: whether that is seen, and its place in the order of reading; null where it is nowhere.
() => {
    const one = document.activeElement;
    if (one === document.body) return null;
    const style = getComputedStyle(one), box = one.getBoundingClientRect();
    const at = document.elementFromPoint(Math.max(0, box.left) + Math.min(box.width, 20) / 2, box.top + box.height / 2);
    return {
        html: one.outerHTML.slice(0, 120), shown: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0,
        covered: box.height > 0 && at !== null && !one.contains(at) && !at.contains(one),
        place: [...document.querySelectorAll("*")].indexOf(one),
    };
}
