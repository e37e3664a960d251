// One's own keys: words to read aloud, passkeys, a new passphrase, new keys, a key file, notices.
import { ask } from "../ask.js";
import { offerAcceptance } from "../chain.js";
import { make } from "../dom.js";
import { showFingerprint } from "../fingerprints.js";
import { busy, sentence } from "../forms.js";
import { go } from "../go.js";
import { proofOf, PROOF, wrapped } from "../key_making.js";
import { say } from "../notices.js";
import { able as passkeysAble, register } from "../passkey.js";
import { unlock } from "../unlock.js";
import { vault } from "../vault.js";
import { awake, sleep, wake, wakeable } from "../waking.js";
import { words } from "../words.js";

export async function begin(content) {
  // Whoever clicks before the answer is there waits for it: the listeners come first.
  const asked = ask("GET", "/console/api/me");
  const at = (selector, kind, work) => content.querySelector(selector)
    ?.addEventListener(kind, (event) => busy(event, async () => work(await asked, event)));
  at("#language", "submit", (_, { target }) => chooseLanguage(target.language.value));
  at("#add-passkey", "submit", (me, { target }) => addPasskey(me, target.label.value.trim()));
  at("#renew", "click", (me) => renew(content.querySelector("#renewed"), me));
  at("#rotate", "click", (me) => rotate(content.querySelector("#rotated"), me));
  at("#import", "submit", (me, { target }) => importFile(content.querySelector("#imported"), me, target));
  at("#end-others", "click", endOthers);
  for (const button of content.querySelectorAll("[data-drop]")) {
    button.addEventListener("click", (event) => busy(event, async () => {
      await ask("POST", "/console/api/me/passkey/drop", { id: button.dataset.drop });
      go("/console/me");
    }));
  }
  content.querySelector("#add-passkey").hidden = !passkeysAble();
  await showNotices(content.querySelector("#notices-switch"));
  await offerAcceptance(content.querySelector("#record"));
  const ended = new AbortController();
  const tell = () => showOwn(content);
  for (const change of ["unlocked", "locked"]) vault.addEventListener(change, tell, { signal: ended.signal });
  await tell();
  return () => ended.abort();
}

/**
 * The words of the keys that are open here. What the server says of one's keys is never read aloud:
 * it could name its own.
 */
async function showOwn(content) {
  if (vault.identity) return showFingerprint(content, vault.identity);
  content.querySelector("#fingerprint-words").textContent = words("locked");
  content.querySelector("#fingerprint-digits").textContent = "";
}

async function chooseLanguage(language) {
  await ask("POST", "/console/api/me/language", { language });
  go("/console/me");
}

async function addPasskey(me, label) {
  if (!(await unlock())) throw sentence(words("passkey_needs_keys"));
  const { id, secret } = await register(label);
  if (secret) {
    const key = await vault.fromPasskey(secret);
    await ask("POST", "/console/api/me/slots", await vault.wrap("passkey", key, me.handle, { id }));
  }
  go("/console/me");
}

/** The same keys under a new passphrase and a new recovery code. */
async function renew(place, me) {
  if (!(await unlock())) return;
  const { recipient, verify } = vault.identity;
  await offer(place, me, await wrapped(me.handle, { recipient, verify }, me.cost), async (keys) =>
    ({ ...keys, proof: await proofOf(me.handle, keys) }));
}

/** A new seed before the old ones, which stay for what was sealed to them. */
async function rotate(place, me) {
  if (!(await unlock()) || !confirm(words("rotate_sure"))) return;
  const { recipient, verify } = await vault.rotate();
  await offer(place, me, await wrapped(me.handle, { recipient, verify }, me.cost), async (keys) =>
    ({ ...keys, proof: await proofOf(me.handle, keys) }));
}

/** The keys of a file that the terminal made; signed for with the old keys first. */
async function importFile(place, me, form) {
  const file = new Uint8Array(await form.file.files[0].arrayBuffer());
  if (!(await unlock())) return;
  const told = await vault.inspectFile(file, form.passphrase.value);
  const claim = { handle: me.handle, recipient: told.recipient, verify: told.verify };
  const before = await vault.sign(PROOF, claim);
  const half = await vault.importFile(file, form.passphrase.value);
  vault.belongsTo(me.handle);
  await offer(place, me, await wrapped(me.handle, half, me.cost), async (keys) =>
    ({ ...keys, before, proof: await proofOf(me.handle, keys) }));
}

/** Show both secrets; they count once the person says that she has them. */
async function offer(place, me, { passphrase, recovery, keys }, finish) {
  const accept = make("button", { type: "button" }, words("i_have_them"));
  place.replaceChildren(
    make("h3", {}, words("new_passphrase")), make("p", { class: "words code" }, passphrase),
    make("h3", {}, words("new_recovery")), make("p", { class: "words code" }, recovery),
    make("p", { class: "row no-print" }, accept,
      make("button", { type: "button", class: "secondary", onclick: () => print() }, words("print"))),
  );
  place.hidden = false;
  accept.addEventListener("click", (event) => busy(event, async () => {
    await ask("POST", "/console/api/me/keys", { before: me.recipient, keys: await finish(keys) });
    go("/console/me");
  }));
}

async function endOthers() {
  await ask("POST", "/console/api/me/sessions/end", {});
  say(words("ended"), "done");
}

async function showNotices(place) {
  if (!wakeable()) {
    place.textContent = words("notices_none");
    return;
  }
  const on = await awake();
  const button = make("button", { type: "button", class: "secondary small" },
    words(on ? "notices_off" : "notices_on"));
  button.addEventListener("click", (event) => busy(event, async () => {
    if (on) await sleep();
    else if (!(await wake())) throw sentence(words("notices_refused"));
    await showNotices(place);
  }));
  place.replaceChildren(button);
}
