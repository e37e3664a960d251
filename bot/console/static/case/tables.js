// A report in the columns of GBVIMS and Primero: the twin of bot/domain/gbvims.py, whose table
// comes from the server. Nothing here can become a formula, or turn the direction of a cell.

const FORMULA = /^[=+\-@\t\r\n]/;
const HIDDEN = /[\u061C\u200B\u200E\u200F\u202A-\u202E\u2060-\u2064\u2066-\u206F\uFEFF]/g;

/** The cells of a report `{name: text}` in the order of the table. */
export function cells(report, columns) {
  return columns.map(({ name, ...column }) => [name, coded(column, report).join("; ")]);
}

/** What Primero takes of a report: lists, truth values and codes. */
export function fields(report, columns) {
  const found = {};
  for (const { name, ...column } of columns) {
    const codes = coded(column, report);
    if (!codes.length) continue;
    if (typeof report[column.field] !== "string") found[name] = codes;
    else found[name] = truth(column) ? codes[0] === "true" : codes[0];
  }
  return found;
}

/** CSV of one row with its header, as spreadsheets read it: UTF-8 with a mark, CRLF. */
export function csv(row) {
  const lines = [row.map(([name]) => cell(name)), row.map(([, value]) => cell(value))];
  return `\uFEFF${lines.map((line) => line.join(",")).join("\r\n")}\r\n`;
}

/** One cell: no formula, nothing invisible, quoted. */
export function cell(value) {
  const plain = String(value).replace(HIDDEN, "").replace(/\r\n?/g, "\n");
  // A leading apostrophe makes a spreadsheet show the text instead of computing it.
  const safe = FORMULA.test(plain.trimStart()) || FORMULA.test(plain) ? `'${plain}` : plain;
  return `"${safe.replaceAll('"', '""')}"`;
}

function coded({ field, codes }, report) {
  const value = report[field];
  const several = (Array.isArray(value) ? value : [value]).filter((each) => typeof each === "string" && each);
  const mapped = Object.keys(codes).length ? several.map((each) => codes[each] ?? "") : several;
  return [...new Set(mapped.filter(Boolean))];
}

const truth = ({ codes }) => codes.yes === "true";
