// Small comforts; every page works without them.
// "/" goes to the search box; typing in a form keeps the sign-in open.
(() => {
  "use strict";
  const typing = (element) => element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);

  document.addEventListener("keydown", (event) => {
    const box = document.getElementById("search-box");
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing(event.target) || !box) return;
    event.preventDefault();
    box.focus();
  });

  const awake = document.documentElement.dataset.awake;
  let told = Date.now();
  document.addEventListener("input", () => {
    if (!awake || Date.now() - told < 5 * 60 * 1000) return;
    told = Date.now();
    fetch(awake, { credentials: "same-origin" }).catch(() => { told = 0; });
  });
})();
