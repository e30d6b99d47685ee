// Empties the page's own form, says nonsense in the field that is `named`, and marks the button that sends it.
([named]) => {
    const form = [...document.querySelectorAll("main form[method=post]")].find((one) =>
        new URL(one.action).pathname === location.pathname
        && one.querySelector("input:not([type=hidden]), textarea, select"));
    for (let one = form; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    for (const details of form.querySelectorAll("details")) details.open = true;
    for (const one of form.querySelectorAll("input:not([type=hidden]), textarea, select")) {
        if (one.type === "radio" || one.type === "checkbox") one.checked = false; else one.value = "";
        if (one.name === named) one.value = "؟؟";
    }
    form.querySelector("button").setAttribute("data-sends", "");
}
