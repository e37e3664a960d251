// A roster being edited: plain values in, plain values out, as bot/domain/roster.py has them.

export const WEEK = ["sat", "sun", "mon", "tue", "wed", "thu", "fri"];
export const OPENERS = ["caseworker", "supervisor"];
export const PURPOSE = "sanad roster/1\n";

/** A draft of the next version from the roster in force, or of the first. */
export function draftFrom(roster, version) {
  const kept = structuredClone(roster ?? {});
  return {
    schema: "roster/1", version: version + 1,
    members: kept.members ?? [], shifts: kept.shifts ?? [], backup: kept.backup ?? [],
    on_call: kept.on_call ?? [], leave: kept.leave ?? [], break_glass: kept.break_glass ?? "",
  };
}

/** What is signed: the values Python writes, those that are empty left out like it does. */
export function document(draft) {
  const members = draft.members.map((member) => without(member, [
    ["recipient", ""], ["verify", ""], ["languages", []], ["gender", ""],
    ["child_trained", false], ["conflicts", []],
  ]));
  return without({ ...draft, members }, [
    ["members", []], ["shifts", []], ["backup", []], ["on_call", []], ["leave", []],
    ["break_glass", ""],
  ]);
}

function without(value, defaults) {
  const kept = { ...value };
  for (const [key, empty] of defaults) {
    if (JSON.stringify(kept[key] ?? empty) === JSON.stringify(empty)) delete kept[key];
  }
  return kept;
}

/** A member from an account that joined. */
export const memberOf = ({ handle, role, recipient, verify, language }) => ({
  handle, role, verify, recipient: OPENERS.includes(role) ? recipient : "",
  languages: OPENERS.includes(role) ? [language] : [], gender: "", child_trained: false,
  conflicts: [],
});

export function withMember(draft, member) {
  const others = draft.members.filter(({ handle }) => handle !== member.handle);
  const known = others.length < draft.members.length;
  const members = known
    ? draft.members.map((each) => (each.handle === member.handle ? member : each))
    : [...draft.members, member];
  return { ...draft, members };
}

/** Without somebody, and without everything that is planned for them. */
export function withoutMember(draft, handle) {
  const others = (list) => list.filter((each) => (each.handle ?? each) !== handle);
  return {
    ...draft, members: others(draft.members), shifts: others(draft.shifts),
    backup: others(draft.backup), on_call: others(draft.on_call), leave: others(draft.leave),
  };
}

/** The parts of the plan that are somebody's: shifts, leave. */
export const planOf = (draft, handle) => ({
  shifts: draft.shifts.filter((each) => each.handle === handle),
  leave: draft.leave.filter((each) => each.handle === handle),
  backup: draft.backup.includes(handle),
  on_call: draft.on_call.includes(handle),
});

export function withPlan(draft, handle, { shifts, leave, backup, on_call }) {
  const merged = (list, own) => [...list.filter((each) => each.handle !== handle), ...own];
  const flag = (list, on) => [...list.filter((each) => each !== handle), ...(on ? [handle] : [])];
  return {
    ...draft, shifts: merged(draft.shifts, shifts), leave: merged(draft.leave, leave),
    backup: flag(draft.backup, backup), on_call: flag(draft.on_call, on_call),
  };
}

/** What stands in the way of signing: `[{code, handle}]`, codes of ROSTER in door_words.py. */
export function faults(draft) {
  const found = [];
  for (const { handle, role, languages, recipient, verify } of draft.members) {
    if (!OPENERS.includes(role)) continue;
    if (!languages?.length) found.push({ code: "fault_language", handle });
    if (!recipient || !verify) found.push({ code: "fault_key", handle });
  }
  for (const { handle, days, start, end } of draft.shifts) {
    if (!days.length) found.push({ code: "fault_days", handle });
    if (!time(start) || !time(end)) found.push({ code: "fault_time", handle });
  }
  for (const { handle, first, last } of draft.leave) {
    if (!first || !last || first > last) found.push({ code: "fault_leave", handle });
  }
  if (!draft.members.some(({ role }) => OPENERS.includes(role))) {
    found.push({ code: "fault_nobody", handle: "" });
  }
  return found;
}

const time = (text) => /^([01]\d|2[0-3]):[0-5]\d$|^24:00$/.test(text ?? "");

/**
 * A draft that began as `from`, carried over to a version somebody else signed meanwhile: members
 * that were edited here are as edited, all others as they are there.
 */
export function onTopOf(theirs, from, draft) {
  const handles = new Set([...from.members, ...draft.members].map(({ handle }) => handle));
  let merged = structuredClone(theirs);
  for (const handle of handles) {
    const mine = partOf(draft, handle);
    if (JSON.stringify(mine) === JSON.stringify(partOf(from, handle))) continue;
    merged = mine.member
      ? withPlan(withMember(merged, mine.member), handle, mine.plan)
      : withoutMember(merged, handle);
  }
  const key = draft.break_glass === from.break_glass ? theirs.break_glass : draft.break_glass;
  return { ...merged, break_glass: key };
}

const partOf = (draft, handle) => ({
  member: draft.members.find((each) => each.handle === handle), plan: planOf(draft, handle),
});
