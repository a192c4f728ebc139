// Keeps the page for bad networks: the emergency numbers, and a place to write until the line is back.
"use strict";
const KEPT = {{ [static("site.css"), static("site.js"), static("portal.js"), static("favicon.svg")]|tojson }};
const NAME = `portal-${KEPT.join("")}`;
const fill = async () => (await caches.open(NAME)).addAll(["/offline", ...KEPT]);
self.addEventListener("install", (event) => event.waitUntil(fill().then(() => self.skipWaiting())));
self.addEventListener("activate", (event) => event.waitUntil(
  caches.keys().then((names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)))),
));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate") event.respondWith(fetch(request).catch(() => caches.match("/offline")));
  else if (KEPT.includes(pathname)) event.respondWith(caches.match(pathname).then((kept) => kept ?? fetch(request)));
});
