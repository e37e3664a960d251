// Joining. The invitation stands in the fragment: it is read once and taken out of the address.
// Keys, passphrase and recovery code are made here; the server gets public halves, wrapped keys
// and what it needs to recognise them again.
import { ask } from "../ask.js";
import { showFingerprint } from "../fingerprints.js";
import { busy, sentence, spoken } from "../forms.js";
import { go } from "../go.js";
import { freshKeys, proofOf } from "../key_making.js";
import { say } from "../notices.js";
import { able as passkeysAble, register } from "../passkey.js";
import { pin, pinned } from "../pins.js";
import { asciiDigits } from "../sealing/digits.js";
import { words } from "../words.js";
import { vault } from "../vault.js";

/** Kept over a change of language, which shows this page anew. */
let invitation = null;
let made = null;

export async function begin(content) {
  invitation = fromAddress() ?? invitation;
  for (const button of content.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => go(`/console/join?lang=${button.dataset.language}`));
  }
  content.querySelector("#print").addEventListener("click", () => print());
  content.querySelector("#finish").addEventListener("submit", (event) =>
    busy(event, () => finish(content, event.target)));
  for (const button of content.querySelectorAll("[data-copy]")) {
    button.addEventListener("click", () =>
      navigator.clipboard?.writeText(content.querySelector(`#${button.dataset.copy}`).textContent));
  }
  try {
    await look(content);
  } catch (error) {
    say(spoken(error));
  } finally {
    content.querySelector("#looking").hidden = true;
  }
  return () => { vault.unused = false; };
}

function fromAddress() {
  const [token, ...admins] = location.hash.slice(1).split(".");
  if (!token) return null;
  history.replaceState(history.state, "", location.pathname + location.search);
  return { token, admins: admins.filter((key) => /^[0-9a-f]{64}$/.test(key)) };
}

async function look(content) {
  if (!invitation || !/^[A-Za-z0-9_-]{22,64}$/.test(invitation.token)) {
    throw sentence(words("no_invitation"));
  }
  const told = await ask("POST", "/console/api/join/look", { token: invitation.token });
  vault.unused = true;
  made ??= { handle: told.handle, ...(await freshKeys(told.handle, told.cost)) };
  content.querySelector("#handle").textContent = told.handle;
  content.querySelector("#role").textContent = words(`role_${told.role}`);
  content.querySelector("#passphrase").textContent = made.passphrase;
  content.querySelector("#recovery").textContent = made.recovery;
  const totp = content.querySelector("#totp");
  totp.textContent = new URL(told.totp.uri).searchParams.get("secret");
  // A phone cannot scan its own screen: there a touch opens the authenticator.
  totp.href = told.totp.uri;
  const picture = new Blob([told.totp.qr], { type: "image/svg+xml" });
  content.querySelector("#qr").src = URL.createObjectURL(picture);
  content.querySelector("#steps").hidden = false;
}

async function finish(content, form) {
  const digits = (text) => asciiDigits(text).replace(/\D/g, "");
  if (digits(form.passphrase.value) !== digits(made.passphrase)) {
    throw sentence(words("passphrase_differs"));
  }
  if (digits(form.recovery.value) !== digits(made.recovery.split(" ")[0])) {
    throw sentence(words("recovery_differs"));
  }
  const code = digits(form.code.value);
  if (code.length !== 6) throw sentence(words("code_digits"));
  if (vault.state() !== "open") throw sentence(words("begin_again"));
  const keys = { ...made.keys, proof: await proofOf(made.handle, made.keys) };
  const done = await ask("POST", "/console/api/join", { token: invitation.token, keys, code });
  document.querySelector('meta[name="csrf"]').content = done.csrf;
  document.getElementById("frame").dataset.csrf = done.csrf;
  vault.unused = false;
  pinAdmins(done, keys);
  showJoined(content, done);
}

/** The administrator's key came with the invitation, not from the server: it is what we trust. */
function pinAdmins(done, keys) {
  const known = pinned()?.admins ?? [];
  const told = invitation.admins.length ? invitation.admins : done.role === "admin" ? [keys.verify] : [];
  if (told.length) pin({ admins: [...new Set([...told, ...(invitation.admins.length ? [] : known)])] });
}

function showJoined(content, done) {
  showFingerprint(content, made.keys);
  // Its secrets are on paper now, and nowhere on the page.
  content.querySelector("#steps").remove();
  content.querySelector("#joined").hidden = false;
  content.querySelector("#passkey-offer").hidden = !passkeysAble();
  content.querySelector("#joined h2").setAttribute("tabindex", "-1");
  content.querySelector("#joined h2").focus();
  const { handle } = made;
  invitation = null;
  made = null;
  content.querySelector("#add-passkey").addEventListener("click", (event) => busy(event, async () => {
    const { id, secret } = await register("");
    if (secret) {
      const key = await vault.fromPasskey(secret);
      await ask("POST", "/console/api/me/slots", await vault.wrap("passkey", key, handle, { id }));
    }
    say(words(secret ? "passkey_opens" : "passkey_signs"), "done");
    content.querySelector("#passkey-offer").hidden = true;
  }));
  content.querySelector("#go-on").addEventListener("click", () =>
    go(done.role === "admin" ? "/console/roster" : "/console/me"));
}
