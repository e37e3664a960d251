// The frame of every page: page scripts, errors in words, the lock, signing out, leaving quickly.
import "./safe_htmx.js";
import { ask } from "./ask.js";
import { compare } from "./chain.js";
import { go } from "./go.js";
import { connection, say } from "./notices.js";
import { unlock } from "./unlock.js";
import { able, vault } from "./vault.js";
import { words } from "./words.js";

const SHIFTS = 3;
const SHIFT_MILLISECONDS = 1500;
const frame = () => document.getElementById("frame");
const LOOK_AGAIN = 10 * 60_000;
let lookedAt = 0;
/** What the page's script answered from begin(): called when the page goes. */
let end = null;

/** Begin the page that is shown: its language, its script. */
async function begin() {
  const { lang, dir, csrf, script } = frame().dataset;
  Object.assign(document.documentElement, { lang, dir });
  document.querySelector('meta[name="csrf"]').content = csrf;
  showLock();
  if (!able()) say(words("no_crypto"));
  lookAtRecord();
  if (!/^[a-z_]+$/.test(script ?? "")) return;
  const content = document.getElementById("content");
  const page = await import(`./pages/${script}.js`);
  const beginning = page.begin(content, { vault });
  frame().dataset.begun = "yes";
  const ended = await beginning;
  // Somebody may have gone on before it had begun.
  if (content.isConnected) end = ended ?? null;
  else ended?.();
}

const begun = () => begin().catch(() => say(words("broken")));

/** Now and then: is the record of acts still the one this browser remembers? */
async function lookAtRecord() {
  if (!frame().dataset.handle || Date.now() - lookedAt < LOOK_AGAIN) return;
  lookedAt = Date.now();
  const found = await compare().catch(() => null);
  if (found?.state === "altered") say(words("chain_altered"));
}

function showLock() {
  const state = vault.state();
  const line = document.getElementById("lock-words");
  if (!line) return;
  line.textContent = state === "open" ? words("unlocked") : state === "locked" ? words("locked") : "";
  document.getElementById("lock").hidden = state !== "open";
  document.getElementById("open-keys").hidden = state === "open";
}

async function signOut() {
  vault.lock();
  await ask("POST", "/console/api/logout", {}, { keepalive: true }).catch(() => null);
}

/** A bland page at once; the rest happens behind it. */
function leave() {
  frame().replaceChildren();
  document.title = "";
  signOut();
  location.replace("/console/calendar");
}

document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("button");
  const id = button?.id;
  if (button && "unlock" in button.dataset) await unlock();
  if (id === "leave") leave();
  if (id === "lock") vault.lock();
  if (id === "sign-out") {
    await signOut();
    location.assign("/console/login");
  }
});

let shifts = [];
document.addEventListener("keydown", (event) => {
  const now = event.timeStamp;
  shifts = event.key === "Shift" && !event.repeat
    ? [...shifts.filter((then) => now - then < SHIFT_MILLISECONDS), now] : [];
  if (shifts.length >= SHIFTS) leave();
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog[open], [contenteditable]")) return;
  if (event.key === "l" || event.key === "L") vault.lock();
  if (event.key === "?") go("/console/help");
});

document.addEventListener("htmx:before:swap", ({ detail }) => {
  if (detail.ctx?.target?.id !== "frame" && detail.ctx?.target !== document.body) return;
  end?.();
  end = null;
});
document.addEventListener("htmx:after:swap", ({ detail }) => {
  if (detail.ctx?.target?.id !== "frame" && detail.ctx?.target !== document.body) return;
  begun();
  document.getElementById("content").focus();
  scrollTo(0, 0);
});
document.addEventListener("htmx:response:error", ({ detail: { ctx } }) => {
  let answer = null;
  try {
    answer = JSON.parse(ctx.text);
  } catch {
    // An answer of something between us and the server.
  }
  if (answer?.error === "signed_out" && ctx.sourceElement === document.body) {
    location.assign("/console/login");
    return;
  }
  say(answer?.message ?? words("failed"), "error", answer?.error);
});
document.addEventListener("htmx:error", () => connection(true));
document.addEventListener("htmx:after:request", () => connection(false));
addEventListener("offline", () => connection(true));
addEventListener("online", () => connection(false));
vault.addEventListener("locked", showLock);
vault.addEventListener("unlocked", showLock);

begun();
