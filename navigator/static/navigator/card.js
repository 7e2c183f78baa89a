// The card beside the form of a service, drawn anew when somebody stops typing. Without this, a button opens it on a page.
"use strict";
const panel = document.getElementById("card");
const frame = panel.querySelector("iframe");
const trouble = panel.querySelector("[role=status]");
const buttons = [...panel.querySelectorAll("button")];
const form = buttons[0].form;
const beside = matchMedia("(min-width: 1200px)");
let chosen = buttons[0];
let drawn = "";
let asked, pause;

// The frame runs no script, and its page has no link: nothing dials, leads away or stays in the history.
function show(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  const old = frame.contentDocument;
  if (!old?.querySelector("main")) {
    frame.srcdoc = html;
    return;
  }
  const open = [...old.querySelectorAll("details")].map((each) => each.open);
  page.querySelectorAll("details").forEach((each, place) => { each.open = open[place]; });
  old.documentElement.lang = page.documentElement.lang;
  old.documentElement.dir = page.documentElement.dir;
  old.body.replaceWith(page.body);
}

async function draw() {
  if (frame.hidden) return;
  const body = new URLSearchParams(new FormData(form)).toString();
  if (drawn === chosen.formAction + body) return;
  drawn = chosen.formAction + body;
  asked?.abort();
  asked = new AbortController();
  try {
    const headers = { "Content-Type": "application/x-www-form-urlencoded" };
    const answer = await fetch(chosen.formAction, { method: "POST", headers, body, signal: asked.signal });
    if (!answer.ok || answer.redirected) throw new Error("no card");
    show(await answer.text());
    trouble.hidden = true;
  } catch (error) {
    if (error.name === "AbortError") return;
    drawn = "";
    trouble.hidden = false;
  }
}

function open(shown) {
  frame.hidden = !shown;
  for (const each of buttons) each.setAttribute("aria-pressed", String(shown && each === chosen));
  draw();
}

for (const button of buttons) {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    const again = button === chosen && !frame.hidden;
    chosen = button;
    open(beside.matches || !again);
    if (!beside.matches) panel.scrollIntoView();
  });
}
for (const kind of ["input", "change", "focusin", "formset:added", "formset:removed"]) {
  document.addEventListener(kind, () => {
    clearTimeout(pause);
    pause = setTimeout(draw, 600);
  });
}
beside.addEventListener("change", () => open(beside.matches));
open(beside.matches);
