// Keys of the reply desk: j and k move, 1 to 6 sort, z takes back. Every one presses a link or a button of the page,
// so the desk works without them; they can be switched off (WCAG 2.1.4).
(() => {
  "use strict";
  const OFF = "replies-keys-off";
  const page = document.getElementById("replies");
  const hint = document.querySelector("[data-keys]");
  if (!page) return;
  const isOff = () => localStorage.getItem(OFF) === "1";
  const button = hint && hint.querySelector("[data-switch]");
  const say = () => { button.textContent = isOff() ? button.dataset.on : button.dataset.off; };
  if (button) {
    hint.hidden = false;
    say();
    button.addEventListener("click", () => {
      localStorage.setItem(OFF, isOff() ? "0" : "1");
      say();
    });
  }
  const typing = (element) => element.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(element.tagName);
  const step = (by) => {
    const links = [...page.querySelectorAll(".inbox a")];
    const at = links.findIndex((link) => link.hasAttribute("aria-current"));
    const link = links[Math.max(0, at + by)];
    if (link && links.indexOf(link) !== at) link.click();
  };
  let pressed = false;
  document.addEventListener("keydown", (event) => {
    if (isOff() || event.ctrlKey || event.metaKey || event.altKey || event.repeat || typing(event.target)) return;
    if (event.key === "j") return step(1);
    if (event.key === "k") return step(-1);
    const wanted = event.key === "z"
      ? document.querySelector("[data-undo]")
      : /^[1-6]$/.test(event.key) && page.querySelector(`[data-key="${event.key}"]`);
    // A second press before the next page is there would sort the same answer again.
    if (wanted && !pressed) { pressed = true; wanted.click(); }
  });
  window.addEventListener("pageshow", () => { pressed = false; });
})();
