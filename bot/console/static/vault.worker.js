// Holds one caseworker's private keys, and nothing else does: pages ask it to open, seal and sign.
// The keys never leave this thread but wrapped.
import { base64, fromBase64, fromHex, hex } from "./sealing/bytes.js";
import * as canonical from "./sealing/canonical.js";
import * as casefile from "./sealing/casefile.js";
import * as keytext from "./sealing/keys.js";
import { openWithPassphrase } from "./sealing/agefile.js";
import * as slots from "./sealing/slots.js";

let keys = null;
let rosters = {};
let own = [];

async function hold(fresh) {
  keys = fresh;
  own = await Promise.all(keys.seeds.map(keytext.recipientOf)).then((all) => all.map(keytext.fingerprintOf));
  return publicHalf();
}

async function publicHalf() {
  const recipient = await keytext.recipientOf(keys.seeds[0]);
  const verify = keys.signing.length ? keytext.verifyKey(keys.signing) : "";
  return { recipient, verify, fingerprint: keytext.fingerprintOf(recipient) };
}

async function fromFile(file, passphrase) {
  let content;
  try {
    content = await openWithPassphrase(file, passphrase);
  } catch {
    throw new casefile.Refused("wrong_passphrase");
  }
  return keytext.parseIdentity(content);
}

const fresh = () => crypto.getRandomValues(new Uint8Array(32));

/** Where one's own stanza stands in a file sealed for this version of the roster. */
function place(version) {
  const readers = rosters[version]?.fingerprints ?? [];
  return readers.findIndex((each) => own.includes(each));
}

const opened = (sealed, expected) =>
  casefile.openCase(fromBase64(sealed), needed().seeds, expected, rosters, place(expected.sealedFor));

function needed() {
  if (!keys) throw new casefile.Refused("locked");
  return keys;
}

const methods = {
  make: () => hold({ seeds: [fresh()], signing: fresh() }),
  rotate: () => hold({ ...needed(), seeds: [fresh(), ...needed().seeds] }),
  async importFile(file, passphrase) {
    return hold(await fromFile(file, passphrase));
  },
  /** The public half of a file's keys, without taking them up. */
  async inspectFile(file, passphrase) {
    const { seeds, signing } = await fromFile(file, passphrase);
    const recipient = await keytext.recipientOf(seeds[0]);
    return { recipient, verify: keytext.verifyKey(signing) };
  },
  async fromPassphrase(passphrase, salt, cost) {
    const { key, auth } = await slots.fromPassphrase(passphrase, fromHex(salt), cost);
    return { key, auth: hex(auth) };
  },
  fromRecovery(code) {
    const { key, auth } = slots.fromRecovery(code);
    return { key, auth: hex(auth) };
  },
  fromPasskey: (prf) => slots.fromPasskey(prf),
  wrap: (kind, key, handle) => slots.wrap(needed(), key, kind, handle),
  async unlock(slot, key, handle) {
    let held;
    try {
      held = await slots.unwrap(slot.wrapped, key, slot.kind, handle);
    } catch {
      throw new casefile.Refused("wrong_passphrase");
    }
    return hold(held);
  },
  sign: (purpose, value) => keytext.sign(needed().signing, purpose, canonical.dump(value)),
  useRosters(readers) {
    rosters = readers;
  },
  async open(sealed, expected) {
    const { header, body } = await opened(sealed, expected);
    return { header, body, digest: casefile.digest(fromBase64(sealed)) };
  },
  async sealNote({ header, body, recipients }) {
    return base64(await casefile.sealNote(header, body, recipients, needed().signing));
  },
  async sealLetter({ header, body, mailbox }) {
    return base64(await casefile.sealLetter(header, body, mailbox));
  },
  async sealFile({ content, recipients }) {
    return base64(await casefile.sealFile(content, recipients));
  },
  async reseal({ sealed, expected, by, origin, roster, recipients }) {
    const document = await opened(sealed, expected);
    const { signing } = needed();
    return base64(await casefile.reseal(document, { by, signing, origin, roster, recipients }));
  },
  lock() {
    for (const secret of keys ? [...keys.seeds, keys.signing] : []) secret.fill(0);
    keys = null;
    own = [];
  },
};

self.addEventListener("message", async ({ data: { id, method, args } }) => {
  try {
    self.postMessage({ id, value: await methods[method](...args) });
  } catch (error) {
    // A message of an error could carry what was being opened: only a code leaves.
    self.postMessage({ id, error: error instanceof casefile.Refused ? error.code : "failed" });
  }
});
