// What went wrong or well, said once, in words, where a screen reader hears it.
import { words } from "./words.js";

/**
 * Show a sentence above the content; "" takes it away. `kind` is "error" or "done". With the code
 * of a refusal what helps stands behind it: signing in elsewhere, so that this page stays.
 */
export function say(sentence, kind = "error", code = "") {
  const notice = document.getElementById("notice");
  if (!notice) return;
  notice.textContent = sentence;
  if (code === "signed_out") notice.append(" ", signIn());
  notice.dataset.kind = kind;
  notice.hidden = !sentence;
  if (sentence && kind === "error") notice.focus({ preventScroll: false });
}

function signIn() {
  const link = document.createElement("a");
  Object.assign(link, { href: "/console/login", target: "_blank", textContent: words("sign_in") });
  return link;
}

/** Show that there is no connection (and since when), or take it away. */
export function connection(lost, since = "") {
  const line = document.getElementById("connection");
  if (!line) return;
  if (lost) line.textContent = since ? `${words("offline")} ${since}` : words("offline");
  else if (!line.hidden) line.textContent = words("online");
  line.dataset.lost = lost ? "yes" : "no";
  if (lost) line.hidden = false;
  else setTimeout(() => { if (line.dataset.lost === "no") line.hidden = true; }, 3000);
}
