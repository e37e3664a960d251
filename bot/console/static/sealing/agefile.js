// age v1 files for post-quantum recipients only: sealing, and opening with seeds.
import { Decrypter, Encrypter, HybridIdentity } from "../vendor/age.js";
import { identityText } from "./keys.js";

const HYBRID = "mlkem768x25519";

/** An age file that every recipient (`age1pq1…`) opens; throws when there is none or one twice. */
export async function seal(plaintext, recipients) {
  if (!recipients.length || new Set(recipients).size !== recipients.length) {
    throw new Error("there is nobody to seal for, or somebody twice");
  }
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    // A classical recipient beside the others would undo the post-quantum ones.
    if (!recipient.startsWith("age1pq1")) throw new Error("a recipient is not post-quantum");
    encrypter.addRecipient(recipient);
  }
  return encrypter.encrypt(plaintext);
}

/**
 * `{plaintext, readers}` of a file; throws when no seed opens it or it was altered.
 * `place` is where one's own stanza should be: it is tried first, which saves the other attempts.
 */
export async function open(file, seeds, place = 0) {
  const decrypter = new Decrypter();
  let readers = 0;
  decrypter.addIdentity({
    unwrapFileKey(stanzas) {
      readers = stanzas.length;
      if (stanzas.some((stanza) => stanza.args[0] !== HYBRID)) {
        throw new Error("the file has a reader of another kind");
      }
      return unwrapped(sorted(stanzas, place), seeds);
    },
  });
  return { plaintext: await decrypter.decrypt(file), readers };
}

/** The text of a file sealed with a passphrase. */
export async function openWithPassphrase(file, passphrase) {
  const decrypter = new Decrypter();
  decrypter.addPassphrase(passphrase);
  return decrypter.decrypt(file, "text");
}

const sorted = (stanzas, place) =>
  place in stanzas ? [stanzas[place], ...stanzas.filter((_, each) => each !== place)] : stanzas;

function unwrapped(stanzas, seeds) {
  const identities = seeds.map((seed) => new HybridIdentity(identityText(seed)));
  for (const stanza of stanzas) {
    for (const identity of identities) {
      const key = identity.unwrapFileKey([stanza]);
      if (key) return key;
    }
  }
  return null;
}
