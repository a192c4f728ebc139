// Small comforts; every page works without them.
(() => {
  "use strict";
  const doc = document;

  // The first thing to read after a failed form is what went wrong.
  doc.querySelector("[data-focus]")?.focus();

  // Buttons that need a script stay hidden without one.
  for (const button of doc.querySelectorAll("[data-print], [data-copy], [data-share]")) {
    if (button.dataset.share !== undefined && !navigator.share) continue;
    button.hidden = false;
    button.addEventListener("click", async () => {
      const text = button.dataset.copy ?? button.dataset.share;
      if (button.dataset.print !== undefined) return window.print();
      if (button.dataset.share !== undefined) return navigator.share({ text }).catch(() => {});
      try {
        await navigator.clipboard.writeText(text);
        button.textContent = button.dataset.done;
      } catch { /* the text can still be read */ }
    });
  }

  // Drafts: only inputs marked data-keep, never a phone number, on shared phones neither names.
  const store = {
    get: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or off */ } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* off */ } },
  };
  for (const done of doc.querySelectorAll("[data-draft-done]")) for (const key of done.dataset.draftDone.split(" ")) store.drop(`draft:${key}`);
  for (const form of doc.querySelectorAll("form[data-draft]")) {
    const key = `draft:${form.dataset.draft}`;
    const kept = [...form.querySelectorAll("[data-keep]")];
    const draft = store.get(key) ?? {};
    const restored = kept.filter((input) => !input.value && draft[input.name]);
    for (const input of restored) input.value = draft[input.name];
    const note = form.querySelector("[data-restored]");
    if (note && restored.length) {
      note.hidden = false;
      note.querySelector("button").addEventListener("click", () => {
        for (const input of restored) input.value = "";
        store.drop(key);
        note.hidden = true;
        restored[0].focus();
      });
    }
    let timer;
    form.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => store.set(key, { ...store.get(key), ...Object.fromEntries(kept.map((i) => [i.name, i.value])) }), 300);
    });
  }

  // Who signs out leaves no words on a shared computer.
  for (const form of doc.querySelectorAll("form[data-drafts-end]"))
    form.addEventListener("submit", () => {
      try { Object.keys(localStorage).filter((key) => key.startsWith(form.dataset.draftsEnd || "draft:")).forEach(store.drop); } catch { /* off */ }
    });

  // A second press on the same button within five seconds is a slip of the finger.
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent && Date.now() - form.dataset.sent < 5000) return event.preventDefault();
    form.dataset.sent = Date.now();
    event.submitter?.setAttribute("aria-busy", "true");
  });
  window.addEventListener("pageshow", () => {
    for (const form of doc.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
    for (const button of doc.querySelectorAll("[aria-busy=true]")) button.removeAttribute("aria-busy");
  });
})();
