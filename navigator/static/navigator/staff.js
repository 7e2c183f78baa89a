// While somebody types, the session goes on; a form is sent once; nobody leaves typed words behind unasked.
"use strict";
const awake = document.currentScript.dataset.awake;
const OFTEN = 4 * 60 * 1000;
let last = Date.now();
let typed = false;
addEventListener("input", (event) => {
  const form = event.target.form;
  if (!form || form.method !== "post") return;
  typed = true;
  if (Date.now() - last < OFTEN) return;
  last = Date.now();
  const body = new URLSearchParams({ csrfmiddlewaretoken: form.elements.csrfmiddlewaretoken?.value ?? "" });
  fetch(awake, { method: "POST", body }).catch(() => {});
});
addEventListener("submit", (event) => {
  const form = event.target;
  if (event.submitter?.formTarget === "_blank") return; // the card in a tab of its own: nothing is saved by it
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "yes";
  typed = false;
});
addEventListener("pageshow", () => {
  for (const form of document.forms) delete form.dataset.sent;
});
addEventListener("beforeunload", (event) => {
  if (typed) event.preventDefault();
});
for (const field of document.querySelectorAll("[data-copy]")) {
  const button = field.nextElementSibling;
  button.hidden = !navigator.clipboard;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", () =>
    navigator.clipboard.writeText(field.value).then(() => { button.textContent = button.dataset.done; }, () => field.select()));
}
