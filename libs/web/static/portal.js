// A bad network: a red line while there is none, and a page that opens all the same. All works without.
(() => {
  "use strict";
  const line = document.querySelector("[data-offline]");
  const show = () => { if (line) line.hidden = navigator.onLine; };
  window.addEventListener("online", show);
  window.addEventListener("offline", show);
  show();
  navigator.serviceWorker?.register("/sw.js").catch(() => { /* off in this browser */ });
})();
