// What an entry of the ledger _alerts says, as the guard writes it (docs/GUARD.md): the alert, and whether it is the last
// word of its episode. Pure.
import { type Json, memberOf, textAt } from '../verify/json';

export interface AlertOf {
  rule: string;
  state: string;
  severity: string;
  ledger: string;
  episode: string;
  says: string;
  advice: string;
  /** Who or what it is about, as name=value. */
  about: string[];
  /** How many entries caused it, and the indexes of the first ones. */
  causes: number;
  indexes: string[];
}

const shownMax = 8;

/** The alert that a record is; null: it is none. */
export function alertOf(tree: Json | null): AlertOf | null {
  if (textAt(tree, 'ledgerstore') !== 'alert/v1') return null;
  const indexes = memberOf(tree, 'cause', 'indexes');
  const group = memberOf(tree, 'group');
  const count = textAt(tree, 'cause', 'count');
  return {
    rule: textAt(tree, 'rule'),
    state: textAt(tree, 'state'),
    severity: textAt(tree, 'severity'),
    ledger: textAt(tree, 'ledger'),
    episode: textAt(tree, 'episode'),
    says: textAt(tree, 'says'),
    advice: textAt(tree, 'do'),
    about: group?.kind === 'object' ? group.members.map(([name]) => `${name}=${textAt(group, name)}`) : [],
    causes: /^\d{1,15}$/.test(count) ? Number(count) : 0,
    indexes:
      indexes?.kind === 'array'
        ? indexes.items
            .flatMap((one) => (one.kind === 'number' && /^\d{1,15}$/.test(one.text) ? [one.text] : []))
            .slice(0, shownMax)
        : [],
  };
}

/** Those that fire now: of each episode the last word is that it fires. From the oldest to the newest. */
export function firing<T extends { alert: AlertOf }>(alerts: T[]): T[] {
  const last = new Map(alerts.map((one) => [one.alert.episode, one]));
  return alerts.filter((one) => last.get(one.alert.episode) === one && one.alert.state === 'firing');
}
