// A passkey or a security key: ask the browser for it, put its answer into the form, send the form.
"use strict";
for (const form of document.querySelectorAll("form[data-key]")) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    const answer = form.elements.credential;
    if (answer.value) return;
    event.preventDefault();
    try {
      const options = JSON.parse(document.getElementById("key-options").textContent);
      answer.value = JSON.stringify(await window.webauthnJSON[form.dataset.key](options));
      form.submit();
    } catch {
      document.getElementById("key-failed").hidden = false;
    }
  });
}
