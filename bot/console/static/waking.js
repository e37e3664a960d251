// Letting the server wake this browser, without a word of content, when work waits.
import { ask } from "./ask.js";
import { noticesUrl } from "./trusted.js";
import { words } from "./words.js";

const SCOPE = "/console/";

/** Whether this browser can be woken at all. */
export const wakeable = () =>
  "serviceWorker" in navigator && "PushManager" in self && "Notification" in self;

/** Whether it may be woken now. */
export async function awake() {
  if (!wakeable()) return false;
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  return Boolean(await registration?.pushManager.getSubscription());
}

/** Let it be woken; false where the person said no to the browser's question. */
export async function wake() {
  if ((await Notification.requestPermission()) !== "granted") return false;
  const { key } = await ask("GET", "/console/api/me/push");
  const registration = await navigator.serviceWorker.register(
    noticesUrl(words("work_waiting")), { scope: SCOPE });
  await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe(
    { userVisibleOnly: true, applicationServerKey: key });
  await ask("POST", "/console/api/me/push", { endpoint: subscription.endpoint });
  return true;
}

/** Never be woken again. */
export async function sleep() {
  const registration = await navigator.serviceWorker.getRegistration(SCOPE);
  const subscription = await registration?.pushManager.getSubscription();
  if (!subscription) return;
  await ask("DELETE", "/console/api/me/push", { endpoint: subscription.endpoint });
  await subscription.unsubscribe();
  await registration.unregister();
}
