// Runs jobs with the npm age implementation: a JSON list on standard input, a JSON list out.
// Bytes travel as base64. An answer is {ok: …} or {error: true}.
import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";

const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));
const text = (data) => Buffer.from(data).toString("base64");

const jobs = {
  async identity() {
    const identity = await generateHybridIdentity();
    return { identity, recipient: await identityToRecipient(identity) };
  },
  async recipient({ identity }) {
    return identityToRecipient(identity);
  },
  async seal({ plaintext, recipients }) {
    const encrypter = new Encrypter();
    recipients.forEach((recipient) => encrypter.addRecipient(recipient));
    return text(await encrypter.encrypt(bytes(plaintext)));
  },
  async sealWithPassphrase({ plaintext, passphrase, workFactor }) {
    const encrypter = new Encrypter();
    encrypter.setScryptWorkFactor(workFactor);
    encrypter.setPassphrase(passphrase);
    return text(await encrypter.encrypt(bytes(plaintext)));
  },
  async open({ file, identity, passphrase }) {
    const decrypter = new Decrypter();
    if (identity) decrypter.addIdentity(identity);
    if (passphrase) decrypter.addPassphrase(passphrase);
    return text(await decrypter.decrypt(bytes(file)));
  },
};

let input = "";
for await (const chunk of process.stdin) input += chunk;
const answers = [];
for (const { job, ...parameters } of JSON.parse(input)) {
  try {
    answers.push({ ok: await jobs[job](parameters) });
  } catch {
    answers.push({ error: true });
  }
}
process.stdout.write(JSON.stringify(answers));
