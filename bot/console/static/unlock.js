// The dialog that opens one's keys on any page, with what this person has: a passkey, the
// passphrase, or the printed code. Nothing that is typed leaves this browser.
import { ask } from "./ask.js";
import { labelled, make } from "./dom.js";
import { spoken } from "./forms.js";
import { able as passkeysAble, unlockWith } from "./passkey.js";
import { asciiDigits, readRecovery } from "./sealing/digits.js";
import { vault } from "./vault.js";
import { words } from "./words.js";

let opening = null;

/** Ask until the keys are open (true) or the person does not want to now (false). */
export function unlock() {
  if (vault.state() === "open") return Promise.resolve(true);
  opening ??= begin().finally(() => { opening = null; });
  return opening;
}

async function begin() {
  const me = await ask("GET", "/console/api/me");
  const before = document.activeElement;
  const dialog = dialogFor(me);
  document.body.append(dialog);
  dialog.showModal();
  await new Promise((resolve) => dialog.addEventListener("close", resolve, { once: true }));
  dialog.remove();
  before?.focus?.();
  return vault.state() === "open";
}

function dialogFor(me) {
  const fault = make("p", { class: "notice", role: "alert", "data-kind": "error", hidden: true });
  const passkeys = me.slots.filter((slot) => slot.kind === "passkey");
  const dialog = make("dialog", { "aria-label": words("unlock_title") });
  const attempt = (button, work) => tried(dialog, button, fault, work);
  const parts = [make("h2", {}, words("unlock_title")), fault];
  if (passkeys.length && passkeysAble()) parts.push(passkeyButton(me, passkeys, attempt));
  parts.push(passphraseForm(me, attempt), recoveryForm(me, attempt));
  const cancel = make("button", {
    type: "button", class: "secondary outline", onclick: () => dialog.close(),
  }, words("unlock_cancel"));
  dialog.append(make("article", {}, ...parts, cancel));
  return dialog;
}

function passkeyButton(me, passkeys, attempt) {
  const button = make("button", { type: "button" }, words("unlock_passkey"));
  button.addEventListener("click", () => attempt(button, async () => {
    const { id, secret } = await unlockWith(passkeys.map((slot) => slot.id));
    const slot = passkeys.find((each) => each.id === id);
    if (!slot || !secret) throw Object.assign(new Error(), { code: "wrong_passphrase" });
    await vault.unlock(slot, await vault.fromPasskey(secret), me.handle);
  }));
  return button;
}

function passphraseForm(me, attempt) {
  const slot = me.slots.find((each) => each.kind === "passphrase");
  const field = make("input", {
    type: "password", name: "passphrase", required: true, dir: "ltr",
    autocomplete: "current-password", autofocus: true,
  });
  return form("unlock_open", [labelled(words("unlock_passphrase"), field)], attempt, async () => {
    const { key } = await vault.fromPassphrase(asciiDigits(field.value), me.salt, me.cost);
    await vault.unlock(slot, key, me.handle);
  });
}

function recoveryForm(me, attempt) {
  const slot = me.slots.find((each) => each.kind === "recovery");
  if (!slot) return null;
  const field = make("textarea", { required: true, rows: 2, dir: "ltr", inputmode: "numeric",
    autocomplete: "off", spellcheck: "false" });
  const inner = form("unlock_open", [labelled(words("unlock_recovery"), field)], attempt, async () => {
    const { code } = readRecovery(field.value);
    if (!code) throw Object.assign(new Error(), { code: "wrong_passphrase" });
    const { key } = await vault.fromRecovery(code);
    await vault.unlock(slot, key, me.handle);
  });
  return make("details", {}, make("summary", {}, words("unlock_with_code")), inner);
}

function form(label, fields, attempt, work) {
  const button = make("button", { type: "submit" }, words(label));
  const made = make("form", { method: "dialog" }, ...fields, button);
  made.addEventListener("submit", (event) => {
    event.preventDefault();
    attempt(button, work);
  });
  return made;
}

async function tried(dialog, button, fault, work) {
  if (button.getAttribute("aria-busy") === "true") return;
  button.setAttribute("aria-busy", "true");
  fault.hidden = true;
  try {
    await work();
    dialog.close();
  } catch (error) {
    fault.textContent = spoken(error);
    fault.hidden = false;
  } finally {
    button.removeAttribute("aria-busy");
  }
}
