// What the guard writes is read as it is meant, and what is something else is no alert.
import { describe, expect, it } from 'vitest';
import { alertOf, firing } from '../src/state/alerts';
import { parseJson } from '../src/verify/json';

const written = (state: string, episode = 'e1', more = '') =>
  parseJson(
    `{"ledgerstore":"alert/v1","id":"${state}","episode":"${episode}","rule":"refunds","state":"${state}",` +
      `"severity":"critical","ledger":"demo","group":{"who":"eve"},"says":"eve made 3 refunds","do":"Ask eve.",` +
      `"cause":{"count":12,"indexes":[0,1,2,3,4,5,6,7,8,9]}${more}}`,
  );

describe('alerts', () => {
  it('are read with what happened, what to do, and the first entries that caused them', () => {
    expect(alertOf(written('firing'))).toEqual({
      rule: 'refunds',
      state: 'firing',
      severity: 'critical',
      ledger: 'demo',
      episode: 'e1',
      says: 'eve made 3 refunds',
      advice: 'Ask eve.',
      about: ['who=eve'],
      causes: 12,
      indexes: ['0', '1', '2', '3', '4', '5', '6', '7'],
    });
  });

  it('fire now only where that is the last word of their episode', () => {
    const all = [written('firing'), written('resolved'), written('firing', 'e2')].map((tree, index) => ({
      index,
      alert: alertOf(tree)!,
    }));
    expect(firing(all).map((one) => one.index)).toEqual([2]);
  });

  it('are nothing else', () => {
    expect(alertOf(parseJson('{"ledgerstore":"watch/v1","ledger":"demo"}'))).toBeNull();
    expect(alertOf(parseJson('{"state":"firing"}'))).toBeNull();
    expect(alertOf(null)).toBeNull();
  });
});
