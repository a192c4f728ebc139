// The desk: one live stream a browser, keys for hands that stay on the keyboard, answers put in by key.
(() => {
  "use strict";
  const doc = document;

  // --- live: topics only; each page fetches what it may see with its own session --------------------
  const head = doc.querySelector("[data-live]");
  const banner = doc.querySelector("[data-offline]");
  const refresh = (topic) => {
    for (const part of doc.querySelectorAll("[data-topic]"))
      if (!topic || part.dataset.topic === topic) part.dispatchEvent(new Event("refresh"));
  };
  let patience;
  const lost = (is) => {
    clearTimeout(patience);
    if (!is) { banner.hidden = true; return; }
    patience = setTimeout(() => { banner.hidden = false; }, 1500);
  };
  const over = () => {
    clearTimeout(patience);
    const go = doc.createElement("a");
    go.href = `/login?next=${encodeURIComponent(location.pathname + location.search)}`;
    go.textContent = "Đăng nhập lại";
    banner.replaceChildren("Phiên làm việc đã hết. Nội dung đang viết vẫn được giữ. ", go);
    banner.hidden = false;
  };
  const relay = "BroadcastChannel" in window ? new BroadcastChannel("desk-live") : null;
  const tell = (message) => { hear(message); relay?.postMessage(message); };
  let last = head?.dataset.since;  // the mark up to which this page knows the news
  const hear = (message) => {
    if (message.topic) refresh(message.topic);
    if (message.lost !== undefined) lost(message.lost);
    if (message.ended) over();
    if (message.resync) refresh("");
    if (message.mark && message.since.includes(last)) last = message.mark;
  };

  if (head) {
    const mine = head.dataset.case ?? "";
    const wanted = new Set(), marks = new Set();  // of the other tabs: their cases, and how far they know the news
    let source, again;
    const open = () => {
      source?.close();
      const known = [last, ...marks], cases = [...[...wanted].slice(-19), ...(mine ? [mine] : [])];
      const query = new URLSearchParams([...known.map((mark) => ["since", mark]), ...cases.map((id) => ["case", id])]);
      source = new EventSource(`${head.dataset.live}?${query}`);
      // what happened since the pages were read, or while nobody listened, is told first; or that it is not known
      const said = (event, more) => tell({ ...more, mark: event.lastEventId, since: [last, ...known] });
      source.onopen = () => tell({ lost: false });
      source.onmessage = (event) => said(event, event.data === "*" ? { resync: true } : { topic: event.data });
      source.addEventListener("mark", (event) => { said(event, {}); known.splice(0).forEach((mark) => marks.delete(mark)); });
      source.onerror = () => {
        tell({ lost: true });
        if (source.readyState !== EventSource.CLOSED) return;
        fetch("/alive", { cache: "no-store" }).then((answer) => answer.text())
          .then((state) => (state === "out" ? tell({ ended: true }) : Promise.reject()))
          .catch(() => soon(3000));
      };
    };
    const soon = (wait) => { clearTimeout(again); again = setTimeout(open, wait); };
    let leading = false;
    const lead = () => { leading = true; relay?.postMessage({ who: true }); soon(20); };
    const ask = () => relay.postMessage({ want: mine, from: last });
    const add = ({ want, from }) => {
      const more = want && want !== mine && !wanted.has(want);
      if (want && want !== mine) { wanted.delete(want); wanted.add(want); }
      if (from !== last) marks.add(from);
      if (more || from !== last) soon(20);  // all tabs answer a new leader at once
    };
    if (relay) relay.onmessage = ({ data }) => {
      if (data.who) ask();
      if (data.from && leading) add(data);
      hear(data);
    };
    if (relay && navigator.locks) {
      // six streams of one browser would stop its seventh tab: one tab listens for all
      navigator.locks.request("desk-live", () => { lead(); return new Promise(() => {}); });
      ask();
    } else lead();
    addEventListener("offline", () => lost(true));
  }

  // --- keys: by position, always with a modifier or a function key, never while a syllable is composed --
  const named = (event) => [
    event.ctrlKey && "Ctrl", event.altKey && "Alt", event.shiftKey && "Shift",
    event.code === "NumpadEnter" ? "Enter" : event.code,
  ].filter(Boolean).join("+");
  const off = () => { try { return localStorage.getItem("keys") === "off"; } catch { return false; } };
  const visible = (element) => element.getClientRects().length > 0;

  const use = (element) => {
    if (element.matches("summary")) {
      const panel = element.parentElement;
      panel.open = !panel.open;
      if (panel.open) (panel.querySelector("input:not([type=hidden]), textarea, select") ?? panel.querySelector("button"))?.focus();
      else element.focus();
    } else if (element.matches("input, textarea, select")) {
      const panel = element.closest("details");
      if (panel) panel.open = true;
      element.focus();
    } else element.click();
  };
  doc.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || event.repeat) return;
    if (event.code === "Escape") {
      const panel = doc.activeElement?.closest("details[open]");
      if (panel) { panel.open = false; panel.querySelector("summary").focus(); }
      return;
    }
    const key = named(event);
    if (off() && key !== "Ctrl+Slash") return;
    if (key === "Ctrl+Enter") {
      const form = doc.activeElement?.form;
      const button = form?.querySelector("button[data-key='Ctrl+Enter']") ?? form?.querySelector("button:not(.unseen):not([type=button]):not([data-insert]):not([data-standard]):not([data-preview])");
      if (form?.method === "post" && button) { event.preventDefault(); form.requestSubmit(button); }
      return;
    }
    if (key === "Alt+ArrowDown" || key === "Alt+ArrowUp") {
      const rows = [...doc.querySelectorAll(".cases a")];
      const at = rows.indexOf(doc.activeElement) + (key === "Alt+ArrowDown" ? 1 : -1);
      if (rows.length) { event.preventDefault(); rows[Math.max(0, Math.min(rows.length - 1, at))].focus(); }
      return;
    }
    const found = [...doc.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)];
    const element = found.find(visible) ?? found.find((one) => one.matches("input"));
    if (element) { event.preventDefault(); use(element); }
  });

  const start = doc.querySelector("[data-start]");
  if (start && doc.activeElement === doc.body) start.elements[start.dataset.start]?.focus();

  // --- on a phone the menu is one line that is pushed aside: it begins with the page that is open ----------
  const current = doc.querySelector("#menu > div > [aria-current]");
  if (current) current.parentElement.scrollLeft = current.offsetLeft - 24;

  // --- a call is taken in a tab of its own while another one is still being typed --------------------------
  let typing = false;
  doc.addEventListener("input", (event) => { if (event.target.form?.dataset.words) typing = true; });
  doc.addEventListener("click", (event) => { const take = event.target.closest("[data-take]"); if (take && typing) take.target = "_blank"; });

  // --- put an answer of the questions into the form ---------------------------------------------------
  doc.addEventListener("click", (event) => {
    const button = event.target.closest("[data-insert]");
    const form = button?.form;
    const target = form?.elements.answer;
    if (!target) return;
    event.preventDefault();
    const text = [...doc.getElementById(button.dataset.insert).querySelectorAll("p")].map((p) => p.innerText).join("\n\n");
    target.value = target.value ? `${target.value}\n\n${text}` : text;
    const ids = form.querySelector("[data-questions]");
    if (ids) ids.value = [...new Set([...ids.value.split(","), button.dataset.question])].filter(Boolean).join(",");
    target.dispatchEvent(new Event("input", { bubbles: true }));
    target.focus();
  });

  // --- a standard text is put in at the cursor; the browser's own undo takes it back --------------------
  doc.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-standard]");
    if (!button) return;
    event.preventDefault();
    const target = button.form.elements[button.dataset.standard];
    const body = new URLSearchParams({ csrf: button.form.elements.csrf.value, standard: button.value });
    try {
      const answer = await fetch(button.formAction, { method: "POST", body, headers: { accept: "text/plain" } });
      if (!answer.ok) throw answer.status;
      const text = await answer.text();
      button.closest("details").open = false;
      if (target.value && !target.selectionEnd) target.setSelectionRange(target.value.length, target.value.length);
      target.focus();
      const from = target.selectionStart, before = target.value.slice(0, from).trimEnd();
      doc.execCommand("insertText", false, before && from === target.value.length ? `\n\n${text}` : text);
      const gap = target.value.indexOf("___", from);
      if (gap >= 0 && gap < target.selectionEnd) target.setSelectionRange(gap, gap + 3);
    } catch { lost(true); }
  });

  // --- an agency of the address book is put into the form --------------------------------------------------
  doc.addEventListener("click", (event) => {
    const button = event.target.closest("[data-pick]");
    const target = button?.closest("form")?.elements.agency;
    if (!target) return;
    target.value = button.dataset.pick;
    target.dispatchEvent(new Event("change", { bubbles: true }));
    target.focus();
  });

  // --- the list of keys ---------------------------------------------------------------------------------
  const dialog = doc.querySelector("[data-keys-dialog]");
  const list = doc.querySelector("[data-keys-list]");
  if (dialog && list) {
    list.hidden = false;
    const label = (key) => key.replace("Key", "").replace("Digit", "").replace("Slash", "/").replaceAll("+", " ");
    const switcher = dialog.querySelector("[data-keys-switch]");
    const show = () => { switcher.textContent = off() ? "Bật phím tắt" : "Tắt phím tắt"; };
    const openList = () => {
      const rows = dialog.querySelector("[data-keys-rows]");
      rows.replaceChildren();
      const shown = new Map([["Ctrl+Enter", "Lưu, gửi biểu mẫu đang nhập"], ["Alt+ArrowDown", "Hồ sơ kế tiếp"]]);
      for (const one of doc.querySelectorAll("[data-key]")) {
        const name = (one.labels?.[0] ?? one).cloneNode(true);
        name.querySelectorAll("kbd").forEach((kbd) => kbd.remove());
        if (!shown.has(one.dataset.key)) shown.set(one.dataset.key, name.textContent.trim());
      }
      for (const [key, name] of shown) {
        const term = doc.createElement("dt"), about = doc.createElement("dd"), kbd = doc.createElement("kbd");
        kbd.textContent = label(key);
        term.append(kbd);
        about.textContent = name;
        rows.append(term, about);
      }
      show();
      dialog.showModal();
    };
    list.addEventListener("click", openList);
    doc.addEventListener("keydown", (event) => {
      const asks = event.key === "?" && !off() && !doc.activeElement?.matches("input, textarea, select");
      if ((asks || (event.ctrlKey && event.code === "Slash")) && !event.isComposing) { event.preventDefault(); if (!dialog.open) openList(); }
    });
    dialog.querySelector("[data-keys-close]").addEventListener("click", () => dialog.close());
    switcher.addEventListener("click", () => {
      try { localStorage.setItem("keys", off() ? "on" : "off"); } catch { /* stays on */ }
      show();
    });
  }

  // Server errors are not swapped into the page, nor is the log-in page; the banner says what is the matter.
  doc.addEventListener("htmx:before:swap", (event) => {
    const answer = event.detail?.ctx?.response;
    const signedOut = answer?.raw?.redirected && new URL(answer.raw.url).pathname === "/login";
    if (signedOut) { event.preventDefault(); tell({ ended: true }); }
    else if (answer?.status >= 400) { event.preventDefault(); lost(true); }
  });
})();
