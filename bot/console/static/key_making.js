// Fresh keys, wrapped under a fresh passphrase and a fresh recovery code, and the proof that they
// are ours. The twin of bot/console/key_material.py.
import { hex } from "./sealing/bytes.js";
import { freshPassphrase, freshRecovery, readRecovery } from "./sealing/digits.js";
import { vault } from "./vault.js";

export const PROOF = "sanad keys/1\n";

/** New keys in the vault: `{passphrase, recovery, keys}` (what the server gets, but the proof). */
export async function freshKeys(handle, cost) {
  const { recipient, verify } = await vault.make();
  vault.belongsTo(handle);
  return wrapped(handle, { recipient, verify }, cost);
}

/** The keys that are open now under a new passphrase and a new recovery code. */
export async function wrapped(handle, { recipient, verify }, cost) {
  const passphrase = freshPassphrase();
  const recovery = freshRecovery();
  const salt = hex(crypto.getRandomValues(new Uint8Array(16)));
  const typed = await vault.fromPassphrase(passphrase, salt, cost);
  const printed = await vault.fromRecovery(readRecovery(recovery).code);
  const slots = [
    await vault.wrap("passphrase", typed.key, handle, { params: cost }),
    await vault.wrap("recovery", printed.key, handle),
  ];
  const keys = { recipient, verify, salt, auth: typed.auth, recovery_auth: printed.auth, slots };
  return { passphrase, recovery, keys };
}

/** Signed with the key that is open now: whoever sends these public keys holds them. */
export const proofOf = (handle, { recipient, verify }) =>
  vault.sign(PROOF, { handle, recipient, verify });
