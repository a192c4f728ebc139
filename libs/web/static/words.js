// What somebody types at the desk is not lost: kept per account and form until it was sent, whatever breaks.
(() => {
  "use strict";
  const doc = document;
  const mine = doc.querySelector("[data-account]")?.dataset.account;
  if (!mine) return;
  const DAYS = 7 * 86_400_000;
  const prefix = `draft:${mine}:`;
  const store = {
    get: (key) => { try { return JSON.parse(localStorage.getItem(key)); } catch { return null; } },
    set: (key, value) => { try { localStorage.setItem(key, JSON.stringify(value)); } catch { /* full or off */ } },
    drop: (key) => { try { localStorage.removeItem(key); } catch { /* off */ } },
  };
  try {
    for (const key of Object.keys(localStorage))
      if (key.startsWith("draft:") && (store.get(key)?.at ?? Infinity) < Date.now() - DAYS) store.drop(key);
  } catch { /* off */ }
  const drop = (names) => names.split(" ").forEach((name) => store.drop(prefix + name));
  for (const done of doc.querySelectorAll("[data-words-done]")) drop(done.dataset.wordsDone);
  doc.addEventListener("click", (event) => {
    const left = event.target.closest("[data-words-drop]");
    if (left) drop(left.dataset.wordsDrop);
  });

  // --- the province's lists come once, in a script of their own: a page brings what is chosen and near -----
  doc.cookie = `lists=held; path=/; samesite=strict${location.protocol === "https:" ? "; secure" : ""}`;
  for (const select of doc.querySelectorAll("select[data-list]")) {
    const there = new Set([...select.options].map((one) => one.value));
    const more = globalThis.lists?.[select.dataset.list].filter(([code]) => !there.has(code)) ?? [];
    select.append(...more.map(([code, name]) => new Option(name, code)));
  }
  if (doc.querySelector("[data-list]") && !globalThis.lists) doc.cookie = "lists=; path=/; max-age=0";  // the next page brings them

  // --- drafts: what differs from the page as it came, with the id that makes a second sending harmless ------
  const isTick = (input) => input.type === "checkbox" || input.type === "radio";
  const first = new WeakMap(); // a hidden input's default changes with its value
  for (const input of doc.querySelectorAll("form[data-words] [data-questions]")) first.set(input, input.value);
  const fresh = (input) => first.has(input) ? first.get(input) : isTick(input) ? input.defaultChecked
    : input.options ? [...input.options].find((one) => one.defaultSelected)?.value ?? input.options[0]?.value ?? ""
    : input.defaultValue;
  const now = (input) => isTick(input) ? input.checked : input.value;
  const named = (input) => (isTick(input) ? `${input.name}=${input.value}` : input.name);
  const inputs = (form) => [...form.elements].filter((one) => one.name && !one.matches("button, [type=file], [type=search]")
    && (one.type !== "hidden" || one.matches("[data-questions]")));
  const keep = (form) => {
    const changed = inputs(form).filter((one) => form.dataset.shownAgain !== undefined ? now(one) : now(one) !== fresh(one));
    const key = prefix + form.dataset.words;
    if (!changed.length) return store.drop(key);
    store.set(key, { at: Date.now(), id: form.elements.command_id?.value, words: Object.fromEntries(changed.map((one) => [named(one), now(one)])) });
  };
  const restore = (form) => {
    const draft = store.get(prefix + form.dataset.words);
    if (!draft?.words || form.dataset.shownAgain !== undefined) return;
    const back = inputs(form).filter((one) => named(one) in draft.words);
    for (const one of back) isTick(one) ? (one.checked = draft.words[named(one)]) : (one.value = draft.words[named(one)]);
    if (!back.length) return;
    if (draft.id && form.elements.command_id) form.elements.command_id.value = draft.id;
    const panel = form.closest("details");
    if (panel) panel.open = true;
    const note = doc.createElement("p"), button = doc.createElement("button");
    note.className = "note small";
    note.setAttribute("role", "status");
    note.dataset.restored = "";
    note.textContent = "Nội dung bạn viết dở vẫn còn ở đây. ";
    button.type = "button";
    button.className = "quiet small";
    button.textContent = "Bỏ, viết lại";
    button.addEventListener("click", () => {
      for (const one of back) isTick(one) ? (one.checked = fresh(one)) : (one.value = fresh(one));
      store.drop(prefix + form.dataset.words);
      note.remove();
      back[0].focus();
    });
    note.append(button);
    form.prepend(note);
  };
  const timers = new Map();
  const flush = () => { for (const [form, timer] of timers) { clearTimeout(timer); keep(form); } timers.clear(); };
  for (const form of doc.querySelectorAll("form[data-words]")) {
    restore(form);
    const later = () => { clearTimeout(timers.get(form)); timers.set(form, setTimeout(() => { timers.delete(form); keep(form); }, 250)); };
    form.addEventListener("input", later);
    form.addEventListener("change", later);
  }
  addEventListener("pagehide", flush);
  doc.addEventListener("visibilitychange", flush);

  // --- nothing is sent into nowhere: with the line down or the session over the words stay in the page ------
  const told = (form, text, link) => {
    form.querySelector("[data-unsent]")?.remove();
    const note = doc.createElement("p");
    note.className = "note bad";
    note.dataset.unsent = "";
    note.setAttribute("role", "alert");
    note.textContent = text;
    if (link) {
      const go = doc.createElement("a");
      go.href = link;
      go.textContent = "Đăng nhập lại";
      note.append(" ", go);
    }
    form.append(note);
    note.scrollIntoView({ block: "nearest" });
  };
  const passed = new WeakSet();
  doc.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("form[data-words]") || event.defaultPrevented || passed.delete(form)) return;
    if (form.dataset.asking) return event.preventDefault();
    if (doc.querySelector("[data-offline]")?.hidden !== false && navigator.onLine) { flush(); keep(form); return; }
    // the line is in doubt: ask before the page is left
    event.preventDefault();
    flush();
    keep(form);
    const button = event.submitter;
    form.dataset.asking = "yes";
    fetch("/alive", { cache: "no-store", signal: AbortSignal.timeout(8000) }).then((answer) => answer.text()).then((state) => {
      delete form.dataset.sent;
      if (state === "out") return told(form, "Phiên làm việc đã hết. Nội dung vẫn còn ở đây, đăng nhập lại rồi gửi.", `/login?next=${encodeURIComponent(location.pathname + location.search)}`);
      form.querySelector("[data-unsent]")?.remove();
      passed.add(form);
      form.requestSubmit(button);
    }).catch(() => {
      delete form.dataset.sent;
      told(form, "Chưa gửi được: mất kết nối. Nội dung vẫn còn ở đây; gửi lại khi có mạng, hệ thống chỉ ghi một lần.");
    }).finally(() => { delete form.dataset.asking; button?.removeAttribute("aria-busy"); });
  }, true);

  // --- a deadline passes while somebody reads: the part is fetched again, the forms beside it are not -------
  const timersOf = new Map();
  const watch = () => {
    for (const part of doc.querySelectorAll("[data-topic]")) {
      clearTimeout(timersOf.get(part.id));
      const next = [...part.querySelectorAll("[data-in]")].map((one) => Number(one.dataset.in)).filter((left) => left > 0 && left < 86_400);
      if (next.length) timersOf.set(part.id, setTimeout(() => part.dispatchEvent(new Event("refresh")), Math.min(...next) * 1000 + 1200)); // whole seconds came: the last one is not over
    }
  };
  watch();
  doc.addEventListener("htmx:after:swap", watch);
})();
