// Shows one bland sentence when the server calls; a call carries nothing, and nothing is fetched.
// The sentence, in its reader's language, stands in the address this worker was registered under.
const sentence = new URL(self.location.href).searchParams.get("text") || "Sanad";

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("push", (event) => {
  event.waitUntil(self.registration.showNotification(sentence, { tag: "work", renotify: true }));
});
self.addEventListener("notificationclick", (event) => {
  event.notification.close();
  event.waitUntil(show());
});

async function show() {
  const windows = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const ours = windows.find((each) => new URL(each.url).pathname.startsWith("/console/"));
  if (ours) return ours.focus();
  return self.clients.openWindow("/console/queue");
}
