// An opened report as the lines a caseworker reads: the twin of bot/domain/report.py (reading) and
// bot/domain/summary.py (lines). Lists and labels come from the server as `model`
// (bot/console/model.py), in the reader's language; nothing of the report goes there.

const YOUNG = ["0_11", "12_17"];
const OTHERS = ["witness", "family", "professional"];

/** `{language, day, channel, values}` of what was sealed; throws for another version. */
export function readReport(answers, model) {
  if (answers?.schema !== model.schema) throw new Error("another version");
  const values = {};
  for (const [name, allowed] of Object.entries(model.one)) {
    if (allowed.includes(answers[name])) values[name] = answers[name];
  }
  for (const [name, allowed] of Object.entries(model.many)) {
    const told = Array.isArray(answers[name]) ? answers[name] : [answers[name]];
    const chosen = allowed.filter((value) => told.includes(value));
    if (chosen.length) values[name] = chosen;
  }
  for (const [name, limit] of Object.entries(model.texts)) {
    const text = tidy(answers[name], limit);
    if (text) values[name] = text;
  }
  values.topics ??= ["other"];
  for (const name of model.no_by_default) values[name] ??= "no";
  if (values.relation === "official_or_security") values.share_security = "no";
  return { language: answers.language, day: String(answers.day), channel: answers.channel, values };
}

/** Words of a person, safe to show: nothing invisible, nothing that turns the direction. */
export function tidy(value, limit) {
  if (typeof value !== "string") return "";
  const kept = Array.from(value.replace(/\r\n?/g, "\n")).filter(stays).join("");
  return Array.from(kept.normalize("NFC").trim()).slice(0, limit).join("").trim();
}

// Line breaks, and the joiners that Kurdish and emoji need.
const stays = (character) => "\n\u200c\u200d".includes(character) || !/\p{C}/u.test(character);

export function under18({ values }) {
  return YOUNG.includes(values.age_band) || values.reporter_role === "child_self" ||
    has(values, "topics", "child") || has(values, "htp", "child_marriage") ||
    has(values, "signs", "child_used");
}

/** What may be seen before a case is claimed: topics, place, whether a child, needs. */
export function headline(report, model) {
  const { words } = model;
  const lines = under18(report) ? [line("caution", words.under_18)] : [];
  for (const name of ["topics", "governorate", "needs"]) {
    const values = shown(report, name, model);
    if (values.length) lines.push(line("answer", model.fields[name], values));
  }
  return lines;
}

/** Every line `{kind, label, values}` of a report, in reading order. */
export function summarise(report, { level, reasons }, model) {
  const { words } = model;
  const lines = [line("heading", words.urgency, [model.levels[level]])];
  lines.push(...reasons.map((reason) => line("reason", model.reasons[reason] ?? "?")));
  lines.push(...cautions(report, words));
  lines.push(line("heading", words.report, [report.day]));
  lines.push(line("answer", words.language, [word(report.language, model)]));
  for (const [name, label] of Object.entries(model.fields)) {
    const values = shown(report, name, model);
    if (values.length) lines.push(line(name in model.texts ? "text" : "answer", label, values));
  }
  lines.push(...signs(report, model), ...consents(report, model));
  for (const [name, label] of Object.entries(model.text_labels)) {
    if (report.values[name]) lines.push(line("text", label, [report.values[name]]));
  }
  return lines;
}

const line = (kind, label, values = []) => ({ kind, label, values });

const has = (values, name, value) => values[name]?.includes(value) ?? false;

/** A value in words; what is in no list stands as it is. */
export const word = (value, model) => model.values[value] ?? value;

function shown({ values }, name, model) {
  const value = values[name];
  if (!value?.length) return [];
  if (name in model.texts) return [value];
  return (Array.isArray(value) ? value : [value]).map((each) => word(each, model));
}

function cautions(report, words) {
  const found = [];
  if (OTHERS.includes(report.values.reporter_role)) found.push(words.second_hand);
  if (report.values.relation === "official_or_security") found.push(words.official);
  if (under18(report)) found.push(words.child);
  return found.map((each) => line("caution", each));
}

function signs(report, model) {
  const told = report.values.signs ?? [];
  if (!told.length) return [];
  const listed = model.many.signs.filter((sign) => told.includes(sign));
  return [
    line("heading", model.words.signs),
    line("caution", model.words.signs_caution),
    ...listed.map((sign) => line("sign", word(sign, model))),
  ];
}

function consents(report, model) {
  const { words } = model;
  const answer = (name) => [word(report.values[name] ?? "no", model)];
  return [
    line("heading", words.consents),
    line("answer", words.services, answer("consent_services")),
    line("answer", words.statistics, answer("consent_reporting")),
    ...Object.entries(model.shares).map(([service, label]) =>
      line("answer", `${words.share}${label}`, answer(`share_${service}`))),
  ];
}
