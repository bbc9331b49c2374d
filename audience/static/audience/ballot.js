/**
 * What a tap makes of a ballot, by the poll's kind. Pure: lists of choice ids in, lists of choice ids out; in a
 * ranked poll their order is the guest's.
 */

/** The ballot after a tap on a choice, or null where the poll takes no more. */
export function toggled(poll, chosen, id) {
  if (poll.kind === "single") return [id];
  if (chosen.includes(id)) return chosen.filter((one) => one !== id);
  return chosen.length < poll.max_choices ? [...chosen, id] : null;
}

/** The ballot with one choice moved by so many places; as it was where there is no such place. */
export function moved(chosen, id, by) {
  const from = chosen.indexOf(id);
  const to = from + by;
  if (from < 0 || to < 0 || to >= chosen.length) return chosen;
  const others = chosen.filter((one) => one !== id);
  return [...others.slice(0, to), id, ...others.slice(to)];
}

/** How many more choices the poll asks for before this ballot can be cast. */
export function missing(poll, chosen) {
  return Math.max(0, (poll.min_choices ?? 1) - chosen.length);
}

/** Whether the poll went the way of this ballot: for a ranking, whether its first choice won. */
export function won(poll, chosen) {
  return poll.kind === "ranked" ? chosen[0] === poll.winner : chosen.includes(poll.winner);
}
