/* Sources in the editor: figures of the evidence library as chips, source notes as plain [[note: words]].
   What is saved holds [[source: short-name]] and [[note: words]] only (advocacy/marks.py). */
(() => {
  "use strict";

  const MARK = /\[\[\s*source\s*:\s*([\w-]{1,80})\s*\]\]/gi;
  const LONGEST = 60;

  function shown(source) {
    return `[${source.label.length > LONGEST ? `${source.label.slice(0, LONGEST)}…` : source.label}]`;
  }

  function mention(source) {
    return { id: `#${source.name}`, text: shown(source), label: source.label };
  }

  function feedOf(sources) {
    return (query) => {
      const wanted = query.toLowerCase();
      return sources
        .filter((source) => source.label.toLowerCase().includes(wanted) || source.name.includes(wanted))
        .map(mention);
    };
  }

  /* The empty note, with the caret where its words go. */
  function insertNote(editor) {
    editor.model.change((writer) => {
      const selection = editor.model.document.selection;
      writer.setSelection(selection.getLastPosition());
      const range = editor.model.insertContent(writer.createText("[[note: ]]"));
      writer.setSelection(range.end.getShiftedBy(-2));
    });
    editor.editing.view.focus();
  }

  /* A plugin of CKEditor: the button, and its key. */
  function noteButton(words) {
    return function NoteButton(editor) {
      this.afterInit = () => {
        // A figure is followed by a full stop as often as by a word: the space that the editor adds goes again.
        editor.commands.get("mention")?.on("execute", (_event, [{ marker }]) => {
          if (marker !== "#") return;
          editor.model.change((writer) => {
            const caret = editor.model.document.selection.getFirstPosition();
            const before = caret.nodeBefore || caret.textNode;
            if (before?.is("$text") && before.data === " ") writer.remove(before);
          });
        }, { priority: "lowest" });
      };
      this.init = () => {
        editor.keystrokes.set("Ctrl+Alt+F", (_event, cancel) => {
          insertNote(editor);
          cancel();
        });
        editor.ui.componentFactory.add("sourceNote", (locale) => {
          const bold = editor.ui.componentFactory.create("bold");
          const button = new bold.constructor(locale);
          bold.destroy();
          button.set({ label: words.label, withText: true, tooltip: true, keystroke: "Ctrl+Alt+F" });
          button.bind("isEnabled").to(editor, "isReadOnly", (isReadOnly) => !isReadOnly);
          button.on("execute", () => insertNote(editor));
          return button;
        });
      };
    };
  }

  window.citing = {
    MARK,
    insertNote,
    mention,
    shown,
    feed: (sources) => ({
      marker: "#",
      feed: feedOf(sources),
      itemRenderer: (item) => item.label,
      minimumCharacters: 0,
    }),
    addTo(settings, notes) {
      settings.extraPlugins = [noteButton(notes)];
      settings.toolbar = { ...settings.toolbar, items: [...settings.toolbar.items, "|", "sourceNote"] };
    },
  };
})();
