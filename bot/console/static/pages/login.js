// Signing in. What is typed is derived here, in the vault's thread; the server sees only a hash's
// input that is good for nothing else, and the keys are opened before the next page is shown.
import { ask } from "../ask.js";
import { enter } from "../entering.js";
import { busy, sentence } from "../forms.js";
import { able as passkeysAble, signIn } from "../passkey.js";
import { asciiDigits, readRecovery } from "../sealing/digits.js";
import { words } from "../words.js";
import { vault } from "../vault.js";

export function begin(content) {
  content.querySelector("#passphrase-way").addEventListener("submit", (event) =>
    busy(event, () => withPassphrase(event.target)));
  content.querySelector("#recovery-way").addEventListener("submit", (event) =>
    busy(event, () => withRecovery(event.target)));
  const passkey = content.querySelector("#passkey");
  passkey.addEventListener("click", (event) => busy(event, withPasskey));
  content.querySelector("#passkey-way").hidden = !passkeysAble();
}

async function withPassphrase(form) {
  const handle = form.handle.value.trim();
  const { salt, memory, passes } = await ask("POST", "/console/api/login/start", { handle });
  const typed = asciiDigits(form.passphrase.value);
  const { key, auth } = await vault.fromPassphrase(typed, salt, { memory, passes });
  const code = asciiDigits(form.code.value).replace(/\D/g, "");
  if (code.length !== 6) throw sentence(words("code_digits"));
  const done = await ask("POST", "/console/api/login/passphrase", { handle, auth, code });
  await enter(done, (slot) => slot.kind === "passphrase", key);
}

async function withRecovery(form) {
  const handle = form.handle.value.trim();
  const { code, wrong } = readRecovery(form.recovery.value);
  if (!code) throw sentence(words("recovery_groups", { groups: wrong.join(" ") }));
  const { key, auth } = await vault.fromRecovery(code);
  const done = await ask("POST", "/console/api/login/recovery", { handle, auth });
  await enter({ ...done, home: "/console/me" }, (slot) => slot.kind === "recovery", key);
}

async function withPasskey() {
  const { done, id, secret } = await signIn();
  const key = secret && await vault.fromPasskey(secret);
  await enter(done, (slot) => slot.kind === "passkey" && slot.id === id, key);
}
