/* Starts CKEditor 5 on every [data-rich-text] and keeps its textarea current.
   The textarea always holds plain HTML with {{ field }} tokens; chips live in the editor only. */
(() => {
  "use strict";

  const TOKEN = /\{\{\s*([a-z][a-z0-9_]*)\s*\}\}/g;
  const editors = new Map();

  function chip(page, id, text) {
    const made = page.createElement("span");
    made.className = "mention";
    made.dataset.mention = id;
    made.textContent = text;
    return made;
  }

  function textsOf(page) {
    const walker = page.createTreeWalker(page.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) texts.push(walker.currentNode);
    return texts;
  }

  function tokensToChips(html, fields, sources) {
    const labels = new Map(fields.map((field) => [field.name, field.label]));
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const text of textsOf(page)) {
      const parts = text.data.split(TOKEN);
      if (parts.length < 2) continue;
      const pieces = parts.map((part, index) => {
        if (index % 2 === 0) return part;
        return labels.has(part) ? chip(page, `@${part}`, labels.get(part)) : `{{ ${part} }}`;
      });
      text.replaceWith(...pieces);
    }
    for (const text of sources.length ? textsOf(page) : []) {
      const parts = text.data.split(window.citing.MARK);
      if (parts.length < 2) continue;
      const pieces = parts.map((part, index) => {
        if (index % 2 === 0) return part;
        const source = sources.find((candidate) => candidate.name === part.toLowerCase());
        return source ? chip(page, `#${source.name}`, window.citing.shown(source)) : `[[source: ${part}]]`;
      });
      text.replaceWith(...pieces);
    }
    return page.body.innerHTML;
  }

  function chipsToTokens(html) {
    if (!html.includes("data-mention")) return html;
    const page = new DOMParser().parseFromString(html, "text/html");
    for (const chip of page.querySelectorAll("span[data-mention]")) {
      const name = chip.dataset.mention.slice(1);
      chip.replaceWith(chip.dataset.mention.startsWith("#") ? `[[source: ${name}]]` : `{{ ${name} }}`);
    }
    return page.body.innerHTML;
  }

  function mention(field) {
    return { id: `@${field.name}`, text: field.label };
  }

  function feedOf(fields) {
    return (query) => {
      const wanted = query.toLowerCase();
      return fields
        .filter((field) => field.label.toLowerCase().includes(wanted) || field.name.includes(wanted))
        .map(mention);
    };
  }

  function settingsOf(box, textarea) {
    const { fields, sources, notes, ...settings } = JSON.parse(box.dataset.editorSettings);
    const label = textarea.labels.length ? textarea.labels[0].textContent.trim() : "";
    settings.licenseKey = "GPL";
    settings.label = label || textarea.getAttribute("aria-label") || textarea.name;
    settings.link = { defaultProtocol: "https://", allowedProtocols: ["https", "mailto"] };
    settings.heading = {
      options: [
        { model: "paragraph", title: "Paragraph", class: "ck-heading_paragraph" },
        { model: "heading2", view: "h2", title: "Heading 2", class: "ck-heading_heading2" },
        { model: "heading3", view: "h3", title: "Heading 3", class: "ck-heading_heading3" },
        { model: "heading4", view: "h4", title: "Heading 4", class: "ck-heading_heading4" },
      ],
    };
    settings.list = { properties: { styles: false, startIndex: true, reversed: false } };
    settings.table = { contentToolbar: ["tableColumn", "tableRow", "mergeTableCells"] };
    const feeds = [];
    if (fields.length) {
      feeds.push({ marker: "@", feed: feedOf(fields), itemRenderer: (item) => item.text, minimumCharacters: 0 });
    }
    if (notes) window.citing.addTo(settings, notes);
    if (sources.length) feeds.push(window.citing.feed(sources));
    if (feeds.length) {
      settings.mention = { dropdownLimit: 30, feeds };
      settings.initialData = tokensToChips(textarea.value, fields, sources);
    }
    return { settings, fields, sources };
  }

  function insertChip(editor, marker, chosen) {
    if (!chosen) return;
    editor.model.change((writer) => {
      const selection = editor.model.document.selection;
      const range = selection.getFirstRange();
      editor.execute("mention", { marker, mention: chosen, text: chosen.text, range });
      writer.removeSelectionAttribute("mention");
    });
    editor.editing.view.focus();
  }

  async function start(box) {
    if (box.dataset.started) return;
    box.dataset.started = "1";
    const textarea = box.querySelector("textarea");
    const { settings, fields, sources } = settingsOf(box, textarea);
    let editor;
    try {
      editor = await window.ClassicEditor.create(textarea, settings);
    } catch (error) {
      // The textarea is still there and still works; say why in the console and leave it.
      console.error(error);
      delete box.dataset.started;
      return;
    }
    editors.set(textarea.id, { editor, fields, sources });
    window.pasteFromWord(editor.ui.getEditableElement());
    for (const label of textarea.labels) label.addEventListener("click", () => editor.editing.view.focus());
    const describedBy = textarea.getAttribute("aria-describedby");
    editor.editing.view.change((writer) => {
      const root = editor.editing.view.document.getRoot();
      if (describedBy) writer.setAttribute("aria-describedby", describedBy, root);
      if (textarea.getAttribute("aria-invalid")) writer.setAttribute("aria-invalid", "true", root);
    });
    if (textarea.disabled || textarea.readOnly) editor.enableReadOnlyMode("form");
    countWords(textarea.form || document, editor);

    let timer;
    const keep = ({ quiet = false } = {}) => {
      clearTimeout(timer);
      timer = undefined;
      const html = chipsToTokens(editor.getData());
      if (html === textarea.value) return;
      textarea.value = html;
      if (!quiet) textarea.dispatchEvent(new Event("input", { bubbles: true }));
    };
    editor.model.document.on("change:data", () => {
      clearTimeout(timer);
      timer = setTimeout(() => keep(), 250);
    });
    const form = textarea.form;
    if (form) form.addEventListener("formdata", (event) => {
      keep({ quiet: true });
      if (!textarea.disabled) event.formData.set(textarea.name, textarea.value);
    });
    box.dispatchEvent(new CustomEvent("editor:ready", { bubbles: true, detail: { id: textarea.id } }));
  }

  function countWords(around, editor) {
    const place = around.querySelector("[data-word-count]");
    if (!place || !editor.plugins.has("WordCount")) return;
    const counter = editor.plugins.get("WordCount");
    const show = () => {
      const words = counter.words;
      place.textContent = (words === 1 ? place.dataset.wordCountOne : place.dataset.wordCount).replace("%s", words);
      place.hidden = false;
    };
    counter.on("update", show);
    show();
  }

  function startAll(root) {
    if (window.ClassicEditor) root.querySelectorAll("[data-rich-text]").forEach(start);
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert-field], [data-insert-source], [data-insert-note]");
    if (!button) return;
    const found = editors.get(button.dataset.editor) || (editors.size === 1 ? [...editors.values()][0] : undefined);
    if (!found) return;
    const { insertField, insertLabel, insertSource } = button.dataset;
    const named = (list, name) => list.find((candidate) => candidate.name === name);
    // A place made after the editor was opened is not in its list; the button says what it is called.
    const labelled = insertLabel && { name: insertField, label: insertLabel };
    const field = insertField && (named(found.fields, insertField) || labelled);
    const source = insertSource && named(found.sources, insertSource);
    if (field) insertChip(found.editor, "@", mention(field));
    else if (source) insertChip(found.editor, "#", window.citing.mention(source));
    else if ("insertNote" in button.dataset) window.citing.insertNote(found.editor);
  });
  document.addEventListener("htmx:load", (event) => startAll(event.target.parentElement || document));

  /* Saving while somebody types (htmx): what was saved needs no warning, what was not is tried again. */
  function sayNotSaved(form) {
    const state = form.querySelector("[data-save-state]");
    if (!state) return;
    state.className = "error";
    state.textContent = state.dataset.offline;
    setTimeout(() => form.dispatchEvent(new Event("input")), 3000);
  }

  /* One save after the other: pressing Save waits for the save under way, else the page would meet itself on the
     server; nothing is saved any more while the page is being left. */
  const PATIENCE = 5000;
  const underWay = new Set();
  const waiting = new Map();

  function goOn(form) {
    underWay.delete(form);
    const held = waiting.get(form);
    if (!held) return;
    waiting.delete(form);
    clearTimeout(held.timer);
    form.requestSubmit(held.button);
  }

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!underWay.has(form)) {
      if (form.matches("[data-guard]")) form.dataset.leaving = "1";
      delete form.dataset.changed;
      return;
    }
    event.preventDefault();
    if (waiting.has(form)) clearTimeout(waiting.get(form).timer);
    waiting.set(form, { button: event.submitter, timer: setTimeout(() => goOn(form), PATIENCE) });
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (!form) return;
    if (form.dataset.leaving) event.preventDefault();
    else underWay.add(form);
  });
  // Who comes back to a page by the browser's history may go on writing.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-leaving]")) delete form.dataset.leaving;
  });

  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (!form) return;
    const saved = event.detail.xhr.getResponseHeader("X-Saved");
    if (saved === "yes") delete form.dataset.changed;
    // No answer of ours: the line is down, the server broken, or the sign-in has ended.
    if (saved === null) sayNotSaved(form);
    goOn(form);
  });

  /* A page with unsaved words asks before it is left. */
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-guard]");
    if (form) form.dataset.changed = "1";
  });
  window.addEventListener("beforeunload", (event) => {
    if (document.querySelector("form[data-guard][data-changed]")) event.preventDefault();
  });

  startAll(document);
})();
