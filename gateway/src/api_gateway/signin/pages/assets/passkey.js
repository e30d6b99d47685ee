// The one thing a page cannot do without a script: ask the device for a passkey, and put its answer into the form.
"use strict";

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
const keys = (list) => (list || []).map((key) => ({ ...key, id: bytes(key.id) }));

function answer(credential) {
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const given = Object.fromEntries(parts.filter((part) => response[part]).map((part) => [part, text(response[part])]));
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response: given });
}

async function ask(form) {
  const options = JSON.parse(form.dataset.options);
  options.challenge = bytes(options.challenge);
  if (form.dataset.passkey === "get") {
    return navigator.credentials.get({ publicKey: { ...options, allowCredentials: keys(options.allowCredentials) } });
  }
  const user = { ...options.user, id: bytes(options.user.id) };
  const excludeCredentials = keys(options.excludeCredentials);
  return navigator.credentials.create({ publicKey: { ...options, user, excludeCredentials } });
}

for (const form of document.querySelectorAll("form[data-passkey]")) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    ask(form).then((credential) => {
      form.elements.credential.value = answer(credential);
      form.submit();
    }, () => form.querySelector("button").focus());
  });
}
