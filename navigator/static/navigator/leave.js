// The last page of ours: once it has loaded, it goes on to the exit site. Going on only after the
// load makes a new entry in the history, which cuts off whatever was ahead (docs/decisions/0004-one-page-one-guard.md).
const on = () => location.assign(document.body.dataset.exit);
if (document.readyState === "complete") setTimeout(on);
else addEventListener("load", () => setTimeout(on));
addEventListener("pageshow", (event) => event.persisted && on());
