// Passkeys: sign in with one, make one; where the device has PRF it also opens the keys.
import { ask } from "./ask.js";
import { PASSKEY_INPUT } from "./sealing/slots.js";
import { base64, fromBase64, fromHex, hex } from "./sealing/bytes.js";

/** Whether this browser has passkeys at all. */
export const able = () => Boolean(globalThis.PublicKeyCredential && navigator.credentials);

const prf = () => ({ prf: { eval: { first: PASSKEY_INPUT } } });

/** `{done, id, secret}`: the server's answer, the credential's id in hex, and PRF's or null. */
export async function signIn() {
  const options = await ask("POST", "/console/api/login/passkey/options", {});
  const publicKey = { ...options, challenge: unbase(options.challenge), extensions: prf() };
  const credential = await navigator.credentials.get({ publicKey });
  const done = await ask("POST", "/console/api/login/passkey/verify", {
    credential: plain(credential),
  });
  return { done, id: hex(new Uint8Array(credential.rawId)), secret: secretOf(credential) };
}

/** Open one's keys on a page with one of these passkeys (ids in hex): `{id, secret}`. */
export async function unlockWith(ids) {
  const credential = await navigator.credentials.get({
    publicKey: {
      challenge: crypto.getRandomValues(new Uint8Array(32)),
      userVerification: "required",
      allowCredentials: ids.map((id) => ({ type: "public-key", id: fromHex(id) })),
      extensions: prf(),
    },
  });
  return { id: hex(new Uint8Array(credential.rawId)), secret: secretOf(credential) };
}

/** Make one: `{id, secret}`; `secret` is null where the device has no PRF. */
export async function register(label) {
  const options = await ask("POST", "/console/api/me/passkey/options", {});
  const publicKey = {
    ...options,
    challenge: unbase(options.challenge),
    user: { ...options.user, id: unbase(options.user.id) },
    excludeCredentials: options.excludeCredentials.map((each) => ({ ...each, id: unbase(each.id) })),
    extensions: prf(),
  };
  const credential = await navigator.credentials.create({ publicKey });
  await ask("POST", "/console/api/me/passkey/verify", { credential: plain(credential), label });
  const id = hex(new Uint8Array(credential.rawId));
  const secret = secretOf(credential);
  if (secret || !credential.getClientExtensionResults().prf?.enabled) return { id, secret };
  // Some authenticators answer PRF only when they sign, not when they are made.
  return { id, secret: (await unlockWith([id])).secret };
}

function secretOf(credential) {
  const first = credential.getClientExtensionResults().prf?.results?.first;
  return first ? new Uint8Array(first) : null;
}

/** What the server may see: never what PRF answered. Not `toJSON`: older phones lack it. */
function plain({ id, rawId, type, response }) {
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
  const held = parts.filter((part) => response[part]);
  return {
    id, type, rawId: base(rawId), clientExtensionResults: {},
    response: Object.fromEntries(held.map((part) => [part, base(response[part])])),
  };
}

const base = (buffer) => base64(new Uint8Array(buffer))
  .replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

const unbase = (letters) => fromBase64(letters.replaceAll("-", "+").replaceAll("_", "/"));
