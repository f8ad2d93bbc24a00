/* Pasting from Word: the editor's own PasteFromOffice makes lists and takes styles off. Before it looks, foot notes become
   [[note: words]], and what nobody wanted to paste goes: tracked deletions and comments in the margin. */
(() => {
  "use strict";

  const OURS = new WeakSet();

  function isWord(html) {
    return /<[^<>]*(class=["']?Mso|mso-)|<o:p/i.test(html);
  }

  function has(node, what) {
    return what.test((node.getAttribute("style") || "").replace(/\s+/g, " "));
  }

  function prepared(html) {
    // A parsed document that is never shown: nothing in it runs or loads.
    const page = new DOMParser().parseFromString(html, "text/html");
    const notes = new Map();
    for (const node of page.querySelectorAll("[style*='mso-element']")) {
      if (has(node, /mso-element:\s*(foot|end)note(;|$)/i)) {
        for (const back of node.querySelectorAll("a[href^='#']")) back.remove();
        for (const link of node.querySelectorAll("a[href^='https:']")) {
          if (!link.textContent.includes(link.getAttribute("href"))) link.append(` ${link.getAttribute("href")}`);
        }
        notes.set(`#_${node.id}`, node.textContent.replace(/\s+/g, " ").replace(/\[\[|\]\]/g, "").trim());
      }
    }
    for (const mark of page.querySelectorAll("a[href^='#_']")) {
      const words = notes.get(mark.getAttribute("href"));
      if (words) mark.replaceWith(`[[note: ${words}]]`);
    }
    for (const node of page.querySelectorAll("[style*='mso-element'], [style*='mso-special-character']")) {
      if (has(node, /mso-element:\s*((foot|end)note-list|comment)|mso-special-character:\s*comment/i)) node.remove();
    }
    for (const node of page.querySelectorAll("del, .msocomanchor, .MsoCommentReference, .msocomtxt")) node.remove();
    for (const link of page.querySelectorAll("a[href^='file:']")) link.replaceWith(...link.childNodes);
    for (const empty of page.querySelectorAll("p")) {
      if (!empty.closest("td, th") && !empty.textContent.replace(/\u00a0/g, " ").trim()) empty.remove();
    }
    return page.documentElement.outerHTML;
  }

  /* Give the editor the prepared HTML in the place of what the clipboard holds. */
  function onPaste(event) {
    const data = event.clipboardData;
    const html = data && !OURS.has(event) ? data.getData("text/html") : "";
    if (!html || !isWord(html)) return;
    const given = new DataTransfer();
    given.setData("text/html", prepared(html));
    given.setData("text/plain", data.getData("text/plain"));
    const again = new ClipboardEvent("paste", { clipboardData: given, bubbles: true, cancelable: true });
    // A browser that gives such an event no data would paste nothing: then the editor gets the clipboard as it is.
    if (!again.clipboardData || again.clipboardData.getData("text/html") === "") return;
    OURS.add(again);
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.dispatchEvent(again);
  }

  window.pasteFromWord = (editable) => editable.addEventListener("paste", onPaste, { capture: true });
})();
