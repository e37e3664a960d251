// Runs jobs with the console's own JavaScript: a JSON list on standard input, a JSON list out.
// Bytes travel as base64. An answer is {ok: …} or {error: code}.
const here = "../../bot/console/static/sealing";
const agefile = await import(`${here}/agefile.js`);
const bytes = await import(`${here}/bytes.js`);
const canonical = await import(`${here}/canonical.js`);
const casefile = await import(`${here}/casefile.js`);
const digits = await import(`${here}/digits.js`);
const documents = await import(`${here}/document.js`);
const keys = await import(`${here}/keys.js`);
const padding = await import(`${here}/padding.js`);
const roster = await import(`${here}/roster.js`);
const slots = await import(`${here}/slots.js`);
const spoken = await import(`${here}/spoken.js`);

const reports = await import("../../bot/console/static/case/report.js");
const tables = await import("../../bot/console/static/case/tables.js");
const { written } = await import("../../bot/console/static/case/directorate.js");

const { base64, fromBase64, fromHex, hex } = bytes;
const seeds = (list) => list.map(fromHex);

const jobs = {
  canonical: ({ value }) => base64(canonical.dump(value)),
  load: ({ data }) => canonical.load(fromBase64(data)),
  pad: ({ data }) => base64(padding.pad(fromBase64(data))),
  unpad: ({ data }) => base64(padding.unpad(fromBase64(data))),
  padme: ({ lengths }) => lengths.map(padding.padme),
  async keys({ seed, signing }) {
    const recipient = await keys.recipientOf(fromHex(seed));
    return {
      recipient,
      fingerprint: keys.fingerprintOf(recipient),
      verify: keys.verifyKey(fromHex(signing)),
      identity: keys.identityText(fromHex(seed)),
    };
  },
  async identity({ file, passphrase }) {
    const text = await agefile.openWithPassphrase(fromBase64(file), passphrase);
    const found = keys.parseIdentity(text);
    return { seeds: found.seeds.map(hex), signing: hex(found.signing) };
  },
  sign: ({ signing, purpose, value }) =>
    keys.sign(fromHex(signing), purpose, canonical.dump(value)),
  verify: ({ key, purpose, value, signature }) =>
    keys.verify(key, purpose, canonical.dump(value), signature),
  async open({ sealed, seeds: given, expected, rosters, place }) {
    const { header, body } = await casefile.openCase(
      fromBase64(sealed), seeds(given), expected, rosters, place);
    return { header, body };
  },
  async seal({ header, body, recipients }) {
    const full = { ...header, rcpt: recipients.map(keys.fingerprintOf) };
    return base64(await agefile.seal(documents.encode(full, body), recipients));
  },
  note: async ({ header, body, recipients, signing }) =>
    base64(await casefile.sealNote(header, body, recipients, fromHex(signing))),
  letter: async ({ header, body, mailbox }) =>
    base64(await casefile.sealLetter(header, body, mailbox)),
  async reseal({ sealed, seeds: given, expected, rosters, by, signing, origin, roster: to, recipients }) {
    const document = await casefile.openCase(fromBase64(sealed), seeds(given), expected, rosters);
    const target = { by, signing: fromHex(signing), origin, roster: to, recipients };
    return base64(await casefile.reseal(document, target));
  },
  readers: ({ document }) => roster.readers(document),
  judge({ files, pins }) {
    const { newest, pins: after } = roster.judge(files, pins);
    return { newest, pins: after };
  },
  async slot({ kind, key, handle, seeds: given, signing }) {
    const held = { seeds: seeds(given), signing: fromHex(signing) };
    return slots.wrap(held, fromHex(key), kind, handle);
  },
  async unwrap({ wrapped, kind, key, handle }) {
    const held = await slots.unwrap(wrapped, fromHex(key), kind, handle);
    return { seeds: held.seeds.map(hex), signing: hex(held.signing) };
  },
  async passphrase({ passphrase, salt, cost }) {
    const { key, auth } = await slots.fromPassphrase(passphrase, fromHex(salt), cost);
    return { key: hex(key), auth: hex(auth) };
  },
  recovery({ code }) {
    const { key, auth } = slots.fromRecovery(code);
    return { key: hex(key), auth: hex(auth) };
  },
  spoken: ({ recipient, verify }) => spoken.places(recipient, verify),
  passkey: ({ prf }) => hex(slots.fromPasskey(fromHex(prf))),
  summarise({ answers, urgency, model }) {
    const report = reports.readReport(answers, model);
    return reports.summarise(report, urgency, model);
  },
  headline({ answers, model }) {
    return reports.headline(reports.readReport(answers, model), model);
  },
  cells: ({ report, columns }) => tables.cells(report, columns),
  fields: ({ report, columns }) => tables.fields(report, columns),
  csv: ({ row }) => tables.csv(row),
  directorate: ({ texts, values, named }) => written(texts, values, named),
  tidy: ({ value, limit }) => reports.tidy(value, limit),
  freshPassphrase: () => digits.freshPassphrase(),
  freshRecovery: () => digits.freshRecovery(),
  readRecovery: ({ typed }) => digits.readRecovery(typed),
};

let input = "";
for await (const chunk of process.stdin) input += chunk;
const answers = [];
for (const { job, ...parameters } of JSON.parse(input)) {
  try {
    answers.push({ ok: await jobs[job](parameters) });
  } catch (error) {
    answers.push({ error: error.code ?? error.message });
  }
}
process.stdout.write(JSON.stringify(answers));
