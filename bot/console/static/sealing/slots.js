// The three ways back to one's own keys: passphrase, recovery code, passkey. Each wraps the same
// keys in a slot that the server keeps and cannot open.
import { argon2idAsync, hkdf, sha256 } from "../vendor/age.js";
import * as canonical from "./canonical.js";
import { base64, concat, fromBase64, fromHex, hex, utf8 } from "./bytes.js";
import { asciiDigits } from "./digits.js";

export const COST = { memory: 65536, passes: 3 };
const SLOT = "sanad/slot/v1";

/** `{key, auth}` of a passphrase: one half wraps the keys, the other half the server checks. */
export async function fromPassphrase(passphrase, salt, { memory, passes } = COST) {
  const secret = utf8(spelt(passphrase));
  const made = await argon2idAsync(secret, salt, { m: memory, t: passes, p: 1, dkLen: 64 });
  return halves(made);
}

/** The same of a recovery code's digits (`readRecovery`). */
export const fromRecovery = (code) =>
  halves(hkdf(sha256, utf8(code), undefined, utf8("sanad/recovery/v1"), 64));

/** The wrapping key of what a passkey's PRF answered. */
export const fromPasskey = (prf) => hkdf(sha256, prf, undefined, utf8("sanad/passkey/v1"), 32);

/** What every passkey's PRF is asked. */
export const PASSKEY_INPUT = sha256(utf8("sanad/unlock/v1"));

/** Keys `{seeds, signing}` wrapped under a 32-byte key: base64. */
export async function wrap(keys, key, kind, handle) {
  const plaintext = canonical.dump({
    v: 1,
    seeds: keys.seeds.map(hex),
    signing: hex(keys.signing),
  });
  const nonce = crypto.getRandomValues(new Uint8Array(12));
  const cipher = await crypto.subtle.encrypt(...gcm(nonce, kind, handle, await aes(key)), plaintext);
  return base64(concat(nonce, new Uint8Array(cipher)));
}

/** The keys of a slot; throws for a wrong key, another's slot or an altered one. */
export async function unwrap(wrapped, key, kind, handle) {
  const bytes = fromBase64(wrapped);
  const nonce = bytes.subarray(0, 12);
  const plaintext = await crypto.subtle.decrypt(
    ...gcm(nonce, kind, handle, await aes(key)), bytes.subarray(12));
  const value = canonical.load(new Uint8Array(plaintext));
  return { seeds: value.seeds.map(fromHex), signing: fromHex(value.signing) };
}

/** A passphrase means the same with another keyboard's digits and spaces. */
const spelt = (typed) => asciiDigits(typed.normalize("NFKC")).trim().replace(/\s+/g, " ");

const halves = (made) => ({ key: made.subarray(0, 32), auth: made.subarray(32) });

const aes = (key) => crypto.subtle.importKey("raw", key, "AES-GCM", false, ["encrypt", "decrypt"]);

const gcm = (iv, kind, handle, key) => [
  { name: "AES-GCM", iv, additionalData: utf8(`${SLOT}|${handle}|${kind}`) },
  key,
];
